// The board: who one is, which project is shown, and who else is here. It talks to the server through the client alone.

import { createClient } from "/client/realtime.js"
import { followConnection } from "./banner.js"
import { showInbox } from "./bell.js"
import { showCards } from "./cards.js"
import { demoTasks } from "./demo.js"
import { byId, complain, element, showFace, toast } from "./page.js"
import { projects, session, snapshots } from "./storage.js"

/** Somebody types until they say otherwise, or have said nothing for so long. */
const TYPING = 5_000

const READY = { ada: "Ada", linus: "Linus" }

/** So many faces are shown where there is room; of the others, how many there are. */
const FACES = 6
const FACES_ON_A_PHONE = 4

/** What people are called, by their ids. */
const names = new Map(Object.entries(READY))
const nameOf = (userId) => names.get(userId) ?? userId

let client
let ends = []

// Who one is

/** In development whoever asks gets a token; an application would ask its own backend, which knows who is signed in. */
async function getToken({ sub, name }) {
  const answer = await fetch("/dev/token", { method: "POST", body: JSON.stringify({ sub, name }) })
  if (!answer.ok) throw new Error("The server gives out no tokens; it is not in development mode.")
  return (await answer.json()).token
}

function idOf(name) {
  const plain = name.normalize("NFKD").toLowerCase()
  return plain.replace(/[^\p{Letter}\p{Number}]+/gu, "-").replace(/^-|-$/g, "") || "somebody"
}

function signIn(name) {
  session.user = { sub: idOf(name), name }
  start(session.user)
}

function signOut() {
  for (const end of ends.splice(0)) end()
  leaveProject()
  client?.disconnect()
  client = undefined
  session.user = null
  byId("workspace").hidden = true
  byId("sign-in").hidden = false
  byId("name").focus()
}

function start(user) {
  names.set(user.sub, user.name)
  client = createClient({ getToken: () => getToken(user) })
  byId("sign-in").hidden = true
  byId("workspace").hidden = false
  showFace(byId("account").firstElementChild, user.sub, user.name)
  byId("account").setAttribute("aria-label", `Account of ${user.name}`)
  byId("account-name").textContent = user.name
  const other = user.sub === "ada" ? "linus" : "ada"
  for (const [id, text] of [["invite", "Open a second window as"], ["second-window", "Second window as"]]) {
    byId(id).textContent = `${text} ${READY[other]}`
    byId(id).href = `/?as=${other}${location.hash}`
  }
  ends = [
    followConnection(client, { signInAgain: signOut }),
    showInbox(client, { open: openNotification }),
  ]
  client.connect()
  showProject()
}

// Which project

let shown

/** The project that the address names, after the # sign. */
function wantedProject() {
  const id = decodeURIComponent(location.hash.slice(1))
  return projects.find(id) ?? (id ? projects.add({ id, name: id }) : projects.all[0])
}

function showProject() {
  if (!client) return
  const project = wantedProject()
  if (shown?.id === project.id) return
  leaveProject()
  const room = client.room(project.id)
  room.join({ name: project.name }).catch(complain("The project could not be opened"))
  const tasks = client.tasks(project.id)
  const cards = showCards({ tasks, room, userId: session.user.sub, nameOf, everybody: () => everybody(room) })
  const undo = [
    room.on("members", () => drawMembers(room)),
    room.on("typing", ({ user_id, data }) => setTyping(room, user_id, data.active)),
    room.on("left", ({ reason }) => toast(`You are not in this project any more: ${reason}`)),
    room.on("joined", catchUp(project, room, tasks)),
    tasks.on("change", () => snapshots.save(project.id, tasks.list)),
  ]
  shown = { id: project.id, room, cards, undo }
  byId("project-name").textContent = project.name
  document.title = `${project.name} · Task board`
  drawProjects()
  drawMembers(room)
}

/**
 * What to do when the room was joined, the first time or again. What the room remembers is all that is asked for; one that
 * has just begun remembers nothing, and is filled with what this browser remembers, or with examples.
 */
function catchUp(project, room, tasks) {
  let isAsked = false
  return ({ status, recovered }) => {
    if (room.name !== project.name) rename(project, room.name)
    if (status === "created_new") {
      const remembered = tasks.list.length ? tasks.list : (snapshots.load(project.id) ?? demoTasks(project.id))
      for (const task of remembered) put(tasks, task)
    } else if (!recovered && !isAsked && room.position.seq) {
      isAsked = true
      room.join({ name: project.name, since: { ...room.position, seq: 0 } }).catch(() => {})
      return
    }
    isAsked = false
  }
}

/** Puts a task on the board again; it may have to wait until the server has its database. */
function put(tasks, task) {
  tasks.create(task).catch(({ code }) => code === "unavailable" && setTimeout(put, 1_000, tasks, task))
}

function leaveProject() {
  if (!shown) return
  for (const undo of shown.undo) undo()
  shown.cards.end()
  shown.room.leave()
  for (const timer of typing.values()) clearTimeout(timer)
  typing.clear()
  shown = undefined
}

function rename(project, name) {
  projects.add({ id: project.id, name })
  byId("project-name").textContent = name
  drawProjects()
}

function drawProjects() {
  const items = projects.all.map(({ id, name }) => {
    const link = element("a", name)
    link.dir = "auto"
    link.title = name
    link.href = `#${encodeURIComponent(id)}`
    if (id === shown?.id) link.setAttribute("aria-current", "page")
    const item = element("li")
    item.append(link)
    return item
  })
  const list = byId("projects")
  list.replaceChildren(...items)
  const current = list.querySelector("[aria-current]")
  // Not by scrollIntoView, which is also where the next tab key would begin.
  if (current) list.scrollLeft = current.offsetLeft - (list.clientWidth - current.offsetWidth) / 2
}

/** Goes to the card that a notification is about. */
function openNotification(about) {
  if (!about?.project_id) return
  location.hash = encodeURIComponent(about.project_id)
  showProject()
  shown.cards.open(about.task_id)
}

// Who is here

const typing = new Map()

const everybody = (room) =>
  [...new Set([session.user.sub, ...Object.keys(READY), ...room.members.map(({ user_id }) => user_id)])]

function drawMembers(room) {
  for (const { user_id, username } of room.members) names.set(user_id, username)
  // Where not all can be shown, those who type can.
  const order = room.members.toSorted((one, other) => typing.has(other.user_id) - typing.has(one.user_id))
  const most = matchMedia("(max-width: 720px)").matches ? FACES_ON_A_PHONE : FACES
  const shown = order.length > most ? order.slice(0, most - 1) : room.members
  const items = shown.map(({ user_id, username }) => {
    const item = faceItem(user_id === session.user.sub ? `${username} (you)` : username)
    item.classList.toggle("types", typing.has(user_id))
    showFace(item.firstElementChild, user_id, username)
    return item
  })
  if (shown.length < order.length) {
    const rest = order.slice(shown.length)
    const more = faceItem(`${rest.length} more: ${rest.map(({ username }) => username).join(", ")}`)
    more.classList.add("more")
    more.firstElementChild.textContent = `+${rest.length}`
    items.push(more)
  }
  byId("members").replaceChildren(...items)
  byId("invite").hidden = !room.joined || room.members.length > 1
  const writers = [...typing.keys()].map(nameOf)
  const said = writers.length > 2 ? "Several people are" : writers.length === 2 ? `${writers.join(" and ")} are` : `${writers[0]} is`
  byId("typing").textContent = writers.length ? `${said} typing…` : ""
}

function faceItem(label) {
  const face = element("span")
  face.className = "avatar"
  face.setAttribute("role", "img")
  face.setAttribute("aria-label", label)
  face.title = label
  const item = element("li")
  item.append(face)
  return item
}

function setTyping(room, userId, isActive) {
  clearTimeout(typing.get(userId))
  if (isActive) typing.set(userId, setTimeout(() => setTyping(room, userId, false), TYPING))
  else typing.delete(userId)
  drawMembers(room)
}

// The page

for (const button of document.querySelectorAll(".person")) {
  showFace(button.firstElementChild, button.dataset.user, READY[button.dataset.user])
  button.onclick = () => signIn(READY[button.dataset.user])
}
byId("both").onclick = () => {
  const width = Math.round(screen.availWidth / 2)
  const place = `popup,width=${width},height=${screen.availHeight},left=${screen.availLeft + width},top=${screen.availTop}`
  open(`/?as=linus${location.hash}`, "_blank", `${place},noopener`)
  signIn(READY.ada)
}
byId("sign-in-form").onsubmit = (event) => {
  event.preventDefault()
  signIn(byId("name").value.trim() || "Somebody")
}
byId("sign-out").onclick = signOut
byId("new-project").onclick = () => byId("project-dialog").showModal()
byId("project-dialog").onclose = ({ target }) => {
  const name = byId("new-project-name").value.trim()
  byId("project-form").reset()
  if (target.returnValue !== "save" || !name) return
  target.returnValue = ""
  location.hash = encodeURIComponent(projects.add({ id: `project_${idOf(name)}`, name }).id)
}
for (const button of document.querySelectorAll("[data-close]")) button.onclick = () => button.closest("dialog").close("")
// What stands after the # sign is the project.
byId("skip").onclick = (event) => {
  event.preventDefault()
  byId("columns").focus()
}
window.addEventListener("hashchange", showProject)
projects.onChange(drawProjects)

const invited = new URLSearchParams(location.search).get("as")
if (invited) {
  history.replaceState(null, "", location.pathname + location.hash)
  signIn(READY[invited] ?? invited)
} else if (session.user) start(session.user)
else byId("sign-in").hidden = false
