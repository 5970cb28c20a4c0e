// What was said and is not answered yet. It waits while there is no connection, and is said again, under the same id,
// when the connection broke before the answer came: the server does it once.

import { RealtimeError } from "./errors.js"

/** @typedef {import("./types.js").Envelope} Envelope */

/**
 * @typedef {object} Entry
 * @property {any} envelope
 * @property {number} bytes
 * @property {number} at when it was said first
 * @property {boolean} [volatile]
 * @property {boolean} [sent] on the present connection
 * @property {(error: RealtimeError | null, answer?: any) => void} settle
 */

/**
 * @param {object} options
 * @param {{count?: number, bytes?: number, age?: number}} [options.limits]
 * @param {(envelope: object) => boolean} options.send false when there is no connection
 */
export function createOutbox({ limits, send }) {
  const { count = 200, bytes: space = 262_144, age = 300_000 } = limits ?? {}
  /**
   * In the order in which they were said.
   *
   * @type {Map<string, Entry>}
   */
  const entries = new Map()
  const prefix = Math.random().toString(36).slice(2)
  let number = 0
  let pausedUntil = 0
  /** @type {any} */
  let pause
  /** @type {any} */
  let ageing

  let open = false
  /** Whether the server has asked for silence. */
  const isPaused = () => pausedUntil > Date.now()

  /**
   * @param {string} id
   * @param {RealtimeError | null} error
   * @param {any} [answer]
   */
  function settle(id, error, answer) {
    const entry = entries.get(id)
    entries.delete(id)
    if (!entries.size) ageing = clearTimeout(ageing)
    entry?.settle(error, answer)
  }

  /** Sends all that was not sent on this connection. */
  function flush() {
    if (!open || isPaused()) return
    for (const entry of entries.values()) if (!entry.sent) entry.sent = send(entry.envelope)
  }

  /** @param {number} milliseconds */
  function silence(milliseconds) {
    pausedUntil = Math.max(pausedUntil, Date.now() + milliseconds)
    clearTimeout(pause)
    pause = setTimeout(() => {
      pausedUntil = 0
      flush()
    }, pausedUntil - Date.now())
  }

  function watchAge() {
    ageing ??= setTimeout(() => {
      ageing = undefined
      for (const [id, { at }] of entries) {
        if (Date.now() - at >= age) settle(id, new RealtimeError("expired", "It waited too long for the connection."))
      }
      if (entries.size) watchAge()
    }, Math.max(0, Math.min(...[...entries.values()].map(({ at }) => at)) + age - Date.now()))
  }

  /**
   * Why something can't wait, or null.
   *
   * @param {Entry} entry
   */
  function refusal({ volatile, bytes }) {
    if (open && !isPaused()) return null
    if (volatile) return new RealtimeError(open ? "rate_limited" : "not_connected", "It was not sent, and does not wait.")
    const waiting = [...entries.values()].filter((other) => !other.sent)
    const all = waiting.reduce((sum, other) => sum + other.bytes, bytes)
    if (waiting.length < count && all <= space) return null
    return new RealtimeError("queue_full", "Too much waits for the connection already.")
  }

  return {
    /**
     * Says something that is answered.
     *
     * @param {string} type
     * @param {any} data
     * @param {import("./types.js").SendOptions} options
     * @param {(error: RealtimeError | null, answer?: any) => void} settled called at once when the answer comes, before
     *   anything that came after it
     */
    say(type, data, { roomId, recipientId, volatile, messageId = `${prefix}-${++number}` }, settled) {
      const envelope = { type, data, room_id: roomId, recipient_id: recipientId, message_id: messageId }
      const bytes = new TextEncoder().encode(JSON.stringify(envelope)).length
      /** @type {Entry} */
      const entry = { envelope, bytes, at: Date.now(), volatile, settle: settled }
      const refused = refusal(entry)
      if (refused) return settled(refused)
      entries.set(messageId, entry)
      if (open && !isPaused()) entry.sent = send(envelope)
      watchAge()
    },

    /**
     * There is a connection. What `first` says goes before what has waited.
     *
     * @param {() => void} first
     */
    resume(first) {
      open = true
      first()
      flush()
    },

    /** There is none any more; what was sent and not answered will be sent again. */
    suspend() {
      open = false
      for (const [id, entry] of entries) {
        entry.sent = false
        if (entry.volatile) settle(id, new RealtimeError("connection_lost", "The connection broke before the answer came."))
      }
    },

    /** There will be none. */
    clear() {
      open = false
      clearTimeout(pause)
      pausedUntil = 0
      for (const id of [...entries.keys()]) settle(id, new RealtimeError("disconnected", "The connection was ended."))
    },

    /**
     * What came may be an answer.
     *
     * @param {Envelope} envelope
     * @returns {boolean} whether something waited for it
     */
    answered({ type, data, reply_to: id = "" }) {
      const entry = entries.get(id)
      if (!entry) return false
      if (type !== "error") settle(id, null, data)
      else if (data.code === "rate_limited" && !entry.volatile) {
        entry.sent = false
        silence(data.retry_after_ms)
      } else settle(id, new RealtimeError(data.code, data.message, data.retry_after_ms))
      return true
    },
  }
}
