// The columns of a project and the cards in them, as its tasks say.

import { announce, byId, complain, copyOf, setText, showFace, toast } from "./page.js"
import { makeMovable } from "./moving.js"

export const COLUMNS = [
  { status: "todo", name: "To do", done: 0 },
  { status: "doing", name: "In progress", done: 50 },
  { status: "done", name: "Done", done: 100 },
]

const DEEDS = {
  task_created: "added this",
  task_updated: "changed this",
  task_status_changed: "moved this",
}

/** What is not answered after so long looks as if it waits, and what others did is marked for so long. */
const PATIENCE = 400
const MARKED = 2_500
/** A card that is asked for may have to come from the server first. */
const ABSENT = 3_000

/** The column of a task; what a backend calls otherwise has yet to be done. */
const columnOf = ({ status }) => (COLUMNS.some((column) => column.status === status) ? status : "todo")

/**
 * Shows the tasks of a project until `end()` is called.
 *
 * @param {object} project
 * @param {object} project.tasks what the client knows of them, kept live
 * @param {object} project.room
 * @param {string} project.userId
 * @param {(userId: string) => string} project.nameOf
 * @param {() => string[]} project.everybody whose a card can be
 */
export function showCards({ tasks, room, userId, nameOf, everybody }) {
  const board = byId("columns")
  const lists = new Map()
  const cards = new Map()
  const marks = new Map()
  const waiting = new Set()

  const movable = makeMovable(board, { move, settled: draw })

  /** The tasks of a column, each with its place: where somebody put it, else where it stands in the order of creation. */
  function sorted(status) {
    const placed = tasks.list.map((task, index) => ({ ...task, place: task.order ?? index }))
    return placed.filter((task) => columnOf(task) === status).sort((a, b) => a.place - b.place)
  }

  function draw() {
    if (movable.isBusy) return
    const before = new Map([...cards].map(([id, card]) => [id, card.getBoundingClientRect()]))
    const seen = new Set()
    for (const { status } of COLUMNS) {
      const { list, count } = lists.get(status)
      const inside = sorted(status)
      inside.forEach((task, index) => {
        seen.add(task.task_id)
        const card = cards.get(task.task_id) ?? makeCard(task.task_id)
        fill(card, task)
        if (list.children[index] !== card) keepFocus(card, () => list.insertBefore(card, list.children[index] ?? null))
      })
      count.textContent = inside.length
    }
    for (const [id, card] of cards) if (!seen.has(id)) removeCard(id, card)
    slide(before)
    if (awaited && tasks.get(awaited.id)) open(awaited.id)
  }

  /** Elements that are put elsewhere lose the focus. */
  function keepFocus(card, change) {
    const focused = card.contains(document.activeElement) ? document.activeElement : null
    change()
    focused?.focus({ preventScroll: true })
  }

  /** Lets the eye follow a card from where it was. */
  function slide(before) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return
    // All are measured before the first is moved, so that the page is laid out once; who is not in sight stays still.
    const moved = [...before].flatMap(([id, from]) => {
      const to = cards.get(id)?.getBoundingClientRect()
      if (!to || (from.left === to.left && from.top === to.top)) return []
      if (Math.min(from.top, to.top) > innerHeight || Math.max(from.bottom, to.bottom) < 0) return []
      return [[cards.get(id), `${from.left - to.left}px ${from.top - to.top}px`]]
    })
    for (const [card, start] of moved) {
      card.animate({ translate: [start, "0px 0px"] }, { duration: 220, easing: "cubic-bezier(.2,.7,.3,1)" })
    }
  }

  function makeCard(id) {
    const card = copyOf("card-template")
    card.dataset.id = id
    card.querySelector(".card-title").onclick = () => open(id)
    cards.set(id, card)
    return card
  }

  function removeCard(id, card) {
    const next = card.nextElementSibling ?? card.previousElementSibling ?? card.closest(".column")
    if (card.contains(document.activeElement)) next.querySelector("button")?.focus()
    card.remove()
    cards.delete(id)
    if (opened === id && dialog.open) {
      dialog.close()
      toast("Somebody has deleted this card.")
    }
  }

  function fill(card, { task_id, title, notes, assignee_id }) {
    setText(card.querySelector(".card-title"), title ?? "")
    card.querySelector(".card-notes").hidden = !notes
    const avatar = card.querySelector(".avatar")
    avatar.hidden = !assignee_id
    if (assignee_id) {
      showFace(avatar, assignee_id, nameOf(assignee_id))
      avatar.title = nameOf(assignee_id)
      avatar.setAttribute("aria-label", `${nameOf(assignee_id)}'s`)
    }
    card.classList.toggle("waits", waiting.has(task_id))
    card.classList.toggle("touched", marks.has(task_id))
    setText(card.querySelector(".actor"), marks.get(task_id)?.text ?? "")
  }

  /** Shows who did it, where it was somebody else. */
  function mark({ type, user_id, data, timestamp }) {
    if (!DEEDS[type] || user_id === userId || Date.now() - Date.parse(timestamp) > MARKED) return
    const id = data.task_id
    clearTimeout(marks.get(id)?.timer)
    const timer = setTimeout(() => {
      marks.delete(id)
      drawSoon()
    }, MARKED)
    // What a backend did has no user.
    marks.set(id, { timer, text: `${user_id ? nameOf(user_id) : "A program"} ${DEEDS[type]}` })
    drawSoon()
  }

  // What one does

  /** Does something to a task, shows while it waits, and says when it was refused. */
  function act(id, change, problem) {
    const late = setTimeout(() => {
      waiting.add(id)
      drawSoon()
    }, PATIENCE)
    return change.catch(complain(problem)).finally(() => {
      clearTimeout(late)
      if (waiting.delete(id)) drawSoon()
    })
  }

  function move(id, status, before) {
    const task = tasks.get(id)
    if (!task) return
    const order = placeBefore(sorted(status).filter((other) => other.task_id !== id), before)
    const change = status === columnOf(task) ? tasks.update(id, { order }) : tasks.setStatus(id, status, { order })
    act(id, change, `“${task.title}” was not moved`)
  }

  /** A place between neighbours. */
  function placeBefore(column, before) {
    const index = before ? column.findIndex(({ task_id }) => task_id === before) : column.length
    const above = column[index - 1]?.place ?? column[index]?.place - 2
    const below = column[index]?.place ?? above + 2
    return column.length ? (above + below) / 2 : 0
  }

  function add(status, title) {
    const task = { task_id: crypto.randomUUID(), title, status, order: placeBefore(sorted(status)) }
    act(task.task_id, tasks.create(task), `“${title}” was not added`)
  }

  // One card, opened

  const dialog = byId("card-dialog")
  const form = byId("card-form")
  let opened
  /** The one that is to be opened as soon as it is here, and until when that is worth waiting for. */
  let awaited

  function open(id) {
    const task = tasks.get(id)
    clearTimeout(awaited?.timer)
    awaited = task ? undefined : { id, timer: setTimeout(toast, ABSENT, "That card is not here any more.") }
    if (!task) return
    opened = id
    form.elements.title.value = task.title ?? ""
    form.elements.notes.value = task.notes ?? ""
    form.elements.status.replaceChildren(...COLUMNS.map(({ status, name }) => new Option(name, status)))
    form.elements.status.value = columnOf(task)
    const choices = new Set([...everybody(), ...(task.assignee_id ? [task.assignee_id] : [])])
    form.elements.assignee.replaceChildren(
      new Option("Nobody's yet", ""),
      ...[...choices].map((user) => new Option(user === userId ? `${nameOf(user)} (you)` : nameOf(user), user)),
    )
    form.elements.assignee.value = task.assignee_id ?? ""
    dialog.returnValue = ""
    dialog.showModal()
  }

  dialog.onclose = () => {
    room.typing(false)
    const task = tasks.get(opened)
    if (dialog.returnValue !== "save" || !task) return
    const { title, notes, status, assignee } = form.elements
    const wanted = { title: title.value.trim() || task.title, notes: notes.value.trim(), assignee_id: assignee.value || null }
    const current = { title: task.title, notes: task.notes ?? "", assignee_id: task.assignee_id ?? null }
    const changes = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => current[key] !== value))
    // Whoever is told that it is theirs now wants to know what.
    if ("assignee_id" in changes) changes.title = wanted.title
    if (Object.keys(changes).length) act(opened, tasks.update(opened, changes), `“${task.title}” was not changed`)
    if (status.value !== columnOf(task)) {
      move(opened, status.value)
      announce(`${wanted.title} is in ${COLUMNS.find((column) => column.status === status.value).name}.`)
    }
  }

  byId("card-delete").onclick = () => {
    const task = tasks.get(opened)
    dialog.close()
    if (!task) return
    act(opened, tasks.remove(opened), `“${task.title}” was not deleted`)
    toast(`“${task.title}” is deleted.`, {
      label: "Undo",
      run: () => act(task.task_id, tasks.create(task), `“${task.title}” did not come back`),
    })
  }
  form.oninput = ({ target }) => target.matches("input, textarea") && room.typing(true)

  // The frame

  /** A thousand events of the past are drawn as one, and nothing is drawn that nobody can see yet. */
  let frame
  function drawSoon() {
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(draw)
  }

  function makeColumn({ status, name, done }) {
    const column = copyOf("column-template")
    column.dataset.status = status
    column.querySelector(".progress").style.setProperty("--done", done)
    column.querySelector(".column-name").textContent = name
    column.setAttribute("aria-label", name)
    const adding = column.querySelector(".add-form")
    const button = column.querySelector(".add")
    const text = adding.querySelector("textarea")
    button.setAttribute("aria-label", `Add a card to ${name}`)
    text.setAttribute("aria-label", `Title of the new card in ${name}`)
    const show = (isOpen) => {
      adding.hidden = !isOpen
      button.hidden = isOpen
      if (isOpen) text.focus()
      else {
        text.value = ""
        room.typing(false)
        button.focus()
      }
    }
    button.onclick = () => show(true)
    adding.querySelector("[type=button]").onclick = () => show(false)
    adding.onsubmit = (event) => {
      event.preventDefault()
      const title = text.value.trim()
      text.value = ""
      if (title) add(status, title)
      room.typing(false)
      text.focus()
    }
    text.oninput = () => room.typing(true)
    text.onkeydown = (event) => {
      if (event.key === "Escape") show(false)
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
      event.preventDefault()
      adding.requestSubmit()
    }
    lists.set(status, { list: column.querySelector(".cards"), count: column.querySelector(".count") })
    return column
  }

  board.replaceChildren(...COLUMNS.map(makeColumn))
  const undo = [tasks.on("change", drawSoon), room.on("message", mark)]
  draw()
  return {
    open,
    end() {
      for (const stop of undo) stop()
      for (const { timer } of marks.values()) clearTimeout(timer)
      cancelAnimationFrame(frame)
      clearTimeout(awaited?.timer)
      movable.end()
      if (dialog.open) dialog.close()
      board.replaceChildren()
    },
  }
}
