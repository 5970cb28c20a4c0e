// What was said and is not answered yet. It waits while there is no connection, and is said again, under the same id,
// when the connection broke before the answer came: the server does it once.

import { RealtimeError } from "./errors.js"

/** @typedef {import("./types.js").Envelope} Envelope */

/**
 * @typedef {object} Entry
 * @property {any} envelope
 * @property {number} bytes
 * @property {any} expiry the timer that ends when it has waited too long
 * @property {boolean} [volatile]
 * @property {boolean} [sent] on the present connection
 * @property {(error: RealtimeError | null, answer?: any) => void} settle
 */

/**
 * @param {object} options
 * @param {import("./types.js").QueueLimits} [options.limits]
 * @param {(envelope: object) => boolean} options.send false when there is no connection
 */
export function createOutbox({ limits, send }) {
  const { count = 200, bytes: space = 262_144, age = 300_000, message = 65_536 } = limits ?? {}
  /**
   * In the order in which they were said.
   *
   * @type {Map<string, Entry>}
   */
  const entries = new Map()
  const prefix = Math.random().toString(36).slice(2)
  let number = 0
  /**
   * The timer of the silence that the server has asked for.
   *
   * @type {any}
   */
  let pause
  let open = false
  const mayGo = () => open && !pause

  /**
   * @param {string} id
   * @param {RealtimeError | null} error
   * @param {any} [answer]
   */
  const settle = (id, error, answer) => {
    const entry = entries.get(id)
    entries.delete(id)
    clearTimeout(entry?.expiry)
    entry?.settle(error, answer)
  }

  /** Sends all that was not sent on this connection. */
  const flush = () => {
    if (!mayGo()) return
    for (const entry of entries.values()) if (!entry.sent) entry.sent = send(entry.envelope)
  }

  /**
   * Why something can't wait, or null.
   *
   * @param {Pick<Entry, "volatile" | "bytes">} entry
   */
  const refusal = ({ volatile, bytes }) => {
    // The server would close the connection, and again whenever it is sent again.
    if (bytes > message) return new RealtimeError("too_large")
    if (mayGo()) return null
    if (volatile) return new RealtimeError(open ? "rate_limited" : "not_connected")
    let left = count
    for (const other of entries.values()) {
      if (other.sent) continue
      left--
      bytes += other.bytes
    }
    return left > 0 && bytes <= space ? null : new RealtimeError("queue_full")
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
      const bytes = new Blob([JSON.stringify(envelope)]).size
      const refused = refusal({ volatile, bytes })
      if (refused) return settled(refused)
      const expiry = setTimeout(() => settle(messageId, new RealtimeError("expired")), age)
      /** @type {Entry} */
      const entry = { envelope, bytes, expiry, volatile, settle: settled }
      entries.set(messageId, entry)
      if (mayGo()) entry.sent = send(envelope)
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
        if (entry.volatile) settle(id, new RealtimeError("connection_lost"))
      }
    },

    /** There will be none. */
    clear() {
      open = false
      pause = clearTimeout(pause)
      for (const id of [...entries.keys()]) settle(id, new RealtimeError("disconnected"))
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
        clearTimeout(pause)
        pause = setTimeout(() => {
          pause = undefined
          flush()
        }, data.retry_after_ms)
      } else settle(id, new RealtimeError(data.code, data.message, data.retry_after_ms))
      return true
    },
  }
}
