// A room's messages in the room's order, each once, without a hole: without a connection of its own.

/** @typedef {import("./types.js").Envelope} Envelope */
/** @typedef {import("./types.js").Position} Position */

/** So many may wait for one that is missing. */
const PATIENCE = 2_000

/**
 * One's own messages take their places in the stream too, and nobody else's tell of it: the server's answer says which
 * place, and may come later than what follows. So while an answer is awaited, a hole is not a loss.
 *
 * @param {object} to
 * @param {(envelope: Envelope) => void} to.deliver
 * @param {() => void} to.heal something is missing: it has to be asked for again
 * @param {() => void} to.lose something is missing for good
 * @param {(envelope: Envelope) => boolean} to.isMine whether it may be one's own, of a kind that comes to others only
 */
export function createStream({ deliver, heal, lose, isMine }) {
  /**
   * What was delivered last.
   *
   * @type {Position | undefined}
   */
  let position
  /** @type {Map<number, Envelope>} */
  const waiting = new Map()
  /**
   * One's own places, and whether nothing is to be seen of them.
   *
   * @type {Map<number, boolean>}
   */
  const own = new Map()
  let unanswered = 0
  /** Up to here a replay is on its way, which may come later than what is new. */
  let replayed = 0
  /** Where it asked last for what is missing, so as to ask once. */
  let healedAt = -1

  const drain = () => {
    let awaited
    if (!position) return
    for (;;) {
      /** @type {number} */
      const seq = position.seq + 1
      const envelope = waiting.get(seq)
      const hidden = own.get(seq)
      awaited = seq <= replayed
      if (envelope) {
        if (unanswered && hidden === undefined && isMine(envelope)) return
      } else if (!hidden && (hidden === undefined || awaited || !waiting.size)) {
        break
      }
      // A place of one's own that was passed over had no echo.
      waiting.delete(seq)
      own.delete(seq)
      position = { ...position, seq }
      if (envelope && !hidden) deliver(envelope)
    }
    if (!waiting.size || ((unanswered || awaited) && waiting.size < PATIENCE)) return
    if (healedAt !== position.seq) {
      healedAt = position.seq
      waiting.clear()
      heal()
    } else {
      position = { ...position, seq: Math.min(...waiting.keys()) - 1 }
      lose()
      drain()
    }
  }

  /** @param {Position} [at] */
  const reset = (at) => {
    position = at
    healedAt = -1
    waiting.clear()
    own.clear()
  }

  return {
    get position() {
      return position
    },

    /** Begins after this position. */
    reset,

    /**
     * The room was joined where it stood at `at`.
     *
     * @param {Position} at
     * @param {boolean} recovered whether what was missed until there comes now; else it begins there
     */
    joined(at, recovered) {
      replayed = at.seq
      if (!recovered) reset(at)
    },

    /** The next join is a first one. */
    forget: () => reset(),

    /**
     * What has come.
     *
     * @param {Envelope} envelope
     */
    push(envelope) {
      const seq = envelope.seq ?? 0
      if (!position || seq <= position.seq) return
      waiting.set(seq, envelope)
      drain()
    },

    /** Something of one's own is on its way. */
    sent() {
      unanswered++
    },

    /**
     * It was answered.
     *
     * @param {number} [seq] its place; none when it was refused
     * @param {boolean} [hidden] whether it is of a kind that does not come back
     */
    answered(seq, hidden = false) {
      unanswered--
      if (seq && position && seq > position.seq) own.set(seq, hidden)
      drain()
    },
  }
}
