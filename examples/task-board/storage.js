// What the browser keeps: who one is in this tab, which projects there are, and what was on them.

const read = (store, key) => JSON.parse(store.getItem(key) ?? "null")

/** Of this tab alone, so that two windows can be two people. */
export const session = {
  get user() {
    return read(sessionStorage, "task-board/user")
  },
  set user(user) {
    if (user) sessionStorage.setItem("task-board/user", JSON.stringify(user))
    else sessionStorage.removeItem("task-board/user")
  },
}

const PROJECTS = "task-board/projects"

const FIRST = [
  { id: "project_garden", name: "Garden party" },
  { id: "project_website", name: "New website" },
]

/** The projects that this browser knows, each `{id, name}`, its id being the room's. */
export const projects = {
  get all() {
    return read(localStorage, PROJECTS) ?? FIRST
  },
  find: (id) => projects.all.find((project) => project.id === id),
  /** Adds one, or renames the one of this id. */
  add(project) {
    const all = projects.all
    const known = all.find(({ id }) => id === project.id)
    if (known) known.name = project.name
    else all.push(project)
    localStorage.setItem(PROJECTS, JSON.stringify(all))
    return project
  },
  /** Listens to what other tabs change. */
  onChange: (listener) => addEventListener("storage", ({ key }) => key === PROJECTS && listener()),
}

/** What was on a project last, in case that the server does not remember it any more. */
export const snapshots = {
  load: (projectId) => read(localStorage, `task-board/tasks/${projectId}`),
  save: (projectId, tasks) => localStorage.setItem(`task-board/tasks/${projectId}`, JSON.stringify(tasks)),
}
