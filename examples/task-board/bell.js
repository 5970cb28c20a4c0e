// The bell and the notification centre behind it.

import { ago, announce, byId, complain, copyOf, toast } from "./page.js"

const EMPTY = {
  all: "Nothing yet. When a card becomes yours you will hear of it here.",
  unread: "You have read everything.",
  archived: "Nothing is archived.",
}

/** Shows a client's inbox until the returned function is called; `open` is told what a notification is about. */
export function showInbox(client, { open }) {
  const inbox = client.notifications
  const centre = byId("centre")
  const list = byId("notifications")
  let filter = "all"

  function draw() {
    const { unseen, unread } = inbox.counts
    const count = byId("bell-count")
    count.hidden = !unseen
    count.textContent = unseen > 99 ? "99+" : unseen
    byId("bell").setAttribute("aria-label", unseen ? `Notifications, ${unseen} new` : "Notifications")
    byId("read-all").hidden = !unread
    byId("load-more").hidden = !inbox.hasMore
    byId("no-notifications").hidden = inbox.items.length > 0
    byId("no-notifications").textContent = EMPTY[filter]
    if (centre.matches(":popover-open")) drawItems()
  }

  /** Each row stays the same element as long as it is there, so that nobody loses the focus or the place. */
  function drawItems() {
    const rows = new Map([...list.children].map((row) => [row.dataset.id, row]))
    inbox.items.forEach((item, index) => {
      const id = item.notification_id
      const row = rows.get(id) ?? makeRow(id)
      rows.delete(id)
      fill(row, item)
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null)
    })
    for (const row of rows.values()) remove(row)
  }

  function remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling
    if (row.contains(document.activeElement)) (next?.firstElementChild ?? byId("filters").firstElementChild).focus()
    row.remove()
  }

  function makeRow(id) {
    const row = copyOf("notification-template")
    row.dataset.id = id
    const item = () => inbox.items.find((other) => other.notification_id === id)
    row.querySelector(".notification-open").onclick = () => {
      const { read, data } = item()
      if (!read) inbox.read([id]).catch(complain("It stays unread"))
      centre.hidePopover()
      open(data)
    }
    row.querySelector(".read").onclick = () => {
      const change = item().read ? inbox.unread([id]) : inbox.read([id])
      change.catch(complain("That could not be changed"))
    }
    row.querySelector(".archive").onclick = () => {
      const change = item().archived ? inbox.unarchive([id]) : inbox.archive([id])
      change.catch(complain("That could not be changed"))
    }
    return row
  }

  function fill(row, { title, message, created_at, read, archived }) {
    row.classList.toggle("unread", !read)
    row.querySelector("strong").textContent = title
    row.querySelector(".message").textContent = message
    const time = row.querySelector("time")
    time.dateTime = created_at
    time.textContent = ago(created_at)
    name(row.querySelector(".read"), read ? "Mark as unread" : "Mark as read", title, message)
    name(row.querySelector(".archive"), archived ? "Take out of the archive" : "Archive", title, message)
  }

  function name(button, action, title, message) {
    button.title = action
    button.setAttribute("aria-label", `${action}: ${title}, ${message}`)
  }

  async function choose(button) {
    filter = button.dataset.filter
    for (const other of byId("filters").children) other.setAttribute("aria-pressed", other === button)
    await inbox.load({ filter }).catch(complain("The list could not be loaded"))
    draw()
  }

  function arrived({ title, message }) {
    announce(`New notification. ${title}: ${message}`)
    if (centre.matches(":popover-open")) see()
    else toast(`${title}: ${message}`, { label: "Show", run: () => centre.showPopover() })
    const bell = byId("bell")
    bell.classList.remove("rings")
    requestAnimationFrame(() => bell.classList.add("rings"))
  }

  /** What stands in an open list was seen. */
  function see() {
    if (inbox.counts.unseen) inbox.seen("all").catch(complain("They stay new"))
  }

  centre.ontoggle = ({ newState }) => {
    byId("bell").setAttribute("aria-expanded", newState === "open")
    if (newState !== "open") return
    byId("toasts").replaceChildren()
    drawItems()
    see()
  }
  for (const button of byId("filters").children) button.onclick = () => choose(button)
  byId("read-all").onclick = () => inbox.read("all").catch(complain("They stay unread"))
  byId("load-more").onclick = () => inbox.loadMore().catch(complain("No more could be loaded"))

  const undo = [inbox.on("notification", arrived), inbox.on("change", draw)]
  draw()
  inbox.load({ filter }).catch(() => {})
  return () => {
    for (const end of undo) end()
    list.replaceChildren()
    if (centre.matches(":popover-open")) centre.hidePopover()
  }
}
