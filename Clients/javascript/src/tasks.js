// The tasks of a project: what the room's events made of them, with one's own changes on top until those have come back.

import { createEmitter } from "./emitter.js"

/** @typedef {import("./types.js").Envelope} Envelope */
/** @typedef {import("./types.js").Task} Task */
/** @typedef {{type: string, data: any}} TaskEvent */

/** A list that was loaded meanwhile may be older than what came in so many milliseconds. */
const LOADING = 30_000

/**
 * @param {string} projectId
 * @param {import("./room.js").Room} room
 */
export function createTasks(projectId, room) {
  const { on, emit } = createEmitter()
  /**
   * What all agree on, in the order of creation.
   *
   * @type {Map<string, Task>}
   */
  let agreed = new Map()
  /**
   * One's own changes that have not come back yet, in order.
   *
   * @type {(TaskEvent & {seq?: number})[]}
   */
  let own = []
  /**
   * What came lately.
   *
   * @type {{at: number, event: TaskEvent}[]}
   */
  let lately = []
  /** @type {Set<string>} */
  const deleted = new Set()
  /** @type {Map<string, Task>} */
  let shown = agreed
  let recovered = true

  /**
   * @param {Map<string, Task>} tasks
   * @param {TaskEvent} event
   */
  const apply = (tasks, { type, data }) => {
    const { task_id, project_id, old_status, new_status, ...fields } = data
    const known = tasks.get(task_id)
    if (new_status !== undefined) fields.status = new_status
    if (type === "task_deleted") tasks.delete(task_id)
    // What is deleted stays so, also when somebody changed it without knowing.
    else if (known || type === "task_created" || !deleted.has(task_id)) {
      tasks.set(task_id, { ...known, ...fields, task_id })
    }
  }

  const show = () => {
    shown = new Map(agreed)
    for (const event of own) apply(shown, event)
    emit("change", tasks.list)
  }

  /** @param {Envelope} envelope */
  const received = ({ type, data, seq = 0 }) => {
    if (!type.startsWith("task_") || !data?.task_id) return
    const event = { type, data }
    const now = Date.now()
    lately = [...lately.filter(({ at }) => now - at < LOADING), { at: now, event }]
    if (type === "task_deleted") deleted.add(data.task_id)
    apply(agreed, event)
    own = own.filter((change) => !change.seq || change.seq > seq)
    show()
  }

  /** @param {TaskEvent} event */
  const drop = (event) => {
    own = own.filter((other) => other !== event)
  }

  /**
   * @param {string} type
   * @param {any} fields
   */
  const change = async (type, fields) => {
    /** @type {TaskEvent & {seq?: number}} */
    const event = { type: `task_${type}`, data: { ...fields, project_id: projectId } }
    own.push(event)
    show()
    try {
      const { seq } = await room.publish(event.type, event.data)
      event.seq = seq
      // It may have come back before its answer did.
      if (seq && seq <= (room.position?.seq ?? 0)) drop(event)
    } catch (error) {
      drop(event)
      show()
      throw error
    }
  }

  room.on("message", received)
  room.on("gap", () => {
    // What was accepted in the part that was missed does not come back.
    for (const event of own) if (event.seq) apply(agreed, event)
    own = own.filter(({ seq }) => !seq)
    lately = []
    recovered = false
    show()
  })
  if (!room.joined) room.join().catch(() => {})

  const tasks = {
    /** The room that the events come from: whether it is joined, and who is there. */
    room,
    /** In the order of their creation; another array after each change. */
    get list() {
      return [...shown.values()]
    },
    /** False when something was missed: load the tasks anew and give them to `seed`. */
    get recovered() {
      return recovered
    },
    /** @param {string} id */
    get: (id) => shown.get(id),

    /**
     * Listens to `change`, with the list.
     *
     * @type {(event: "change", listener: (list: Task[]) => any) => () => void}
     */
    on,

    /**
     * Begins from what the application has stored. What came since it was loaded is kept.
     *
     * @param {Task[]} list
     */
    seed(list) {
      agreed = new Map(list.map((task) => [task.task_id, task]))
      for (const { at, event } of lately) if (Date.now() - at < LOADING) apply(agreed, event)
      recovered = true
      show()
    },

    /**
     * Creates a task; it is in the list at once, and out of it again when the server refuses.
     *
     * @param {Partial<Task>} task without `task_id` it gets one
     * @returns {Promise<Task>}
     */
    async create({ task_id = `task-${Math.random().toString(36).slice(2)}`, ...fields }) {
      await change("created", { task_id, ...fields })
      return /** @type {Task} */ (shown.get(task_id) ?? { task_id, ...fields })
    },

    /**
     * Changes fields of a task.
     *
     * @param {string} task_id
     * @param {Partial<Task>} fields
     */
    update: (task_id, fields) => change("updated", { ...fields, task_id }),

    /**
     * Changes how far a task is, and other fields with it.
     *
     * @param {string} task_id
     * @param {string} new_status
     * @param {Partial<Task>} [fields]
     */
    setStatus: (task_id, new_status, fields) =>
      change("status_changed", { ...fields, task_id, old_status: shown.get(task_id)?.status, new_status }),

    /**
     * Deletes a task.
     *
     * @param {string} task_id
     */
    remove: (task_id) => change("deleted", { task_id }),
  }
  return tasks
}
