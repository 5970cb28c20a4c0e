// What every part of the page uses: finding elements, speaking to screen readers, faces, short messages.

/** The element with an id. */
export const byId = (id) => document.getElementById(id)

/** A fresh copy of what a template holds. */
export const copyOf = (template) => byId(template).content.firstElementChild.cloneNode(true)

/** An element with text in it. */
export function element(name, text = "") {
  const made = document.createElement(name)
  made.textContent = text
  return made
}

/** Changes a text where it is another one: what stays the same need not be laid out again. */
export function setText(shown, text) {
  if (shown.textContent !== text) shown.textContent = text
}

/** Says something to those who listen to the page; the same words twice are said twice. */
export function announce(text) {
  const announcer = byId("announcer")
  announcer.textContent = announcer.textContent === text ? `${text}\u00a0` : text
}

/** A message for some seconds, with something to do about it where that helps. */
export function toast(text, action) {
  const shown = element("div")
  const words = element("span", text)
  words.dir = "auto"
  shown.className = "toast"
  shown.append(words)
  if (action) {
    const button = element("button", action.label)
    button.onclick = () => {
      shown.remove()
      action.run()
    }
    shown.append(button)
  }
  const toasts = byId("toasts")
  toasts.append(shown)
  if (toasts.children.length > 3) toasts.firstElementChild.remove()
  setTimeout(() => shown.remove(), action ? 8_000 : 5_000)
}

/** What went wrong, in the words of whoever refused. */
export const complain = (what) => (error) => toast(`${what}: ${error.message}`)

/** Turns an element into the face of a user: initials on a colour that is always the same for them. */
export function showFace(avatar, userId, name) {
  const words = name.trim().split(/\s+/)
  const letters = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0])
  setText(avatar, letters.toLocaleUpperCase())
  let hash = 7
  for (const letter of userId) hash = (hash * 31 + letter.codePointAt(0)) % 997
  avatar.style.setProperty("--hue", (hash * 47) % 360)
}

const first = (word) => [...word][0] ?? ""

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" })

/** How long ago something was, in words. */
export function ago(date) {
  const seconds = (Date.parse(date) - Date.now()) / 1000
  if (seconds > -45) return "just now"
  if (seconds > -3_600) return relative.format(Math.round(seconds / 60), "minute")
  if (seconds > -86_400) return relative.format(Math.round(seconds / 3_600), "hour")
  return relative.format(Math.round(seconds / 86_400), "day")
}
