// When to connect, with what, and when to stop: without a socket, a timer or a clock of its own. Events go in with the
// time at which they happened; what has to be done comes out.

import { FINAL, REASONS } from "./steps.js"

/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Transport} Transport */

/** @typedef {import("./steps.js").Event} Event */
/** @typedef {import("./steps.js").Action} Action */

/** How long an attempt may take from when its token is there; and how long the token may take. */
const OPENING = 5_000
const FETCHING_TOKEN = 30_000
/** A connection that lasted so long was a good one: the next loss is the first again. */
const STABLE = 5_000
/** How soon a connection has to answer when there is reason to doubt it. */
const DOUBT = 5_000
/** How often the best transport is tried while another one carries. */
const COME_BACK = 60_000

/**
 * @param {object} options
 * @param {Transport[]} options.transports the best first
 * @param {boolean} options.renewable whether another token can be had when one is refused
 * @param {number} [options.min]
 * @param {number} [options.max]
 * @param {() => number} [options.random]
 */
export function createMachine({ transports, renewable, min = 500, max = 20_000, random = Math.random }) {
  /** @type {State} */
  let state
  /** Nobody wants it to be connected. */
  let isOver = true
  /** @type {Action[]} */
  let actions = []
  /**
   * What is due when.
   *
   * @type {Record<string, number>}
   */
  let due = {}
  let count = 0
  /** The attempt or connection that counts, and the better one that is tried beside it; 0 is none. */
  let link = 0
  let candidate = 0
  let index = 0
  /** Attempts that failed: with this transport, and since the last good connection. */
  let failures = 0
  let attempts = 0
  let notBefore = 0
  /** Whether the last token was asked for because one was refused: the next refusal is the end. */
  let fresh = false
  let heartbeat = 0
  /** When it was connected last. */
  let since = 0
  let pinged = false

  /**
   * @param {State["name"]} name
   * @param {Partial<State>} [more]
   */
  const become = (name, more) => {
    isOver = name === "idle" || name === "disconnected"
    state = { name, transport: null, reason: null, willRetry: !isOver, retryAt: null, ...more }
  }

  /** @param {number} id */
  const close = (id) => {
    if (id) actions.push({ type: "close", link: id })
  }

  const drop = () => {
    close(link)
    close(candidate)
    link = candidate = 0
    due = {}
  }

  /** @param {import("./types.js").Reason} reason */
  const end = (reason) => {
    drop()
    become("disconnected", { reason })
  }

  /** @param {number} now */
  const attempt = (now) => {
    link = ++count
    due = { open: now + FETCHING_TOKEN }
    const transport = transports[index]
    become(state.reason ? "reconnecting" : "connecting", { transport, reason: state.reason })
    actions.push({ type: "open", link, transport, fresh })
  }

  /**
   * There is reason to look: the connection may be dead, or may be had again.
   *
   * @param {number} now
   */
  const wake = (now) => {
    if (state.name === "connected") ping(now, Math.min(heartbeat, DOUBT))
    if (due.retry) due.retry = Math.max(now, notBefore)
    tick(now)
  }

  /**
   * @param {number} now
   * @param {number | string} [code]
   * @param {number} [retryAfter]
   */
  const lost = (now, code = 1006, retryAfter = 0) => {
    const wasOpening = state.name !== "connected"
    if (!wasOpening && now - since >= STABLE) {
      attempts = 0
      fresh = false
    }
    drop()
    const reason = REASONS[code] ?? "network"
    if (FINAL.includes(code) || (code === 4401 && (fresh || !renewable))) return end(reason)
    if (code === 4401) {
      fresh = true
      become("reconnecting", { reason })
      return attempt(now)
    }
    if (!wasOpening) failures = 0
    // One that is silent is not asked twice: who swallows WebSockets does so each time. A code of the server's own says
    // that the transport works.
    else if (code === "silent" || (code !== "token" && (index > 0 || (code < 4000 && ++failures > 1)))) {
      failures = 0
      index = (index + 1) % transports.length
    }
    notBefore = now + retryAfter
    due.retry = notBefore + Math.round(random() * Math.min(max, min * 2 ** attempts++))
    become("reconnecting", { reason, retryAt: due.retry })
  }

  /**
   * @param {number} now
   * @param {number} id
   */
  const ready = (now, id) => {
    if (id === candidate) {
      close(link)
      index = 0
    }
    link = id
    candidate = 0
    pinged = false
    due = { beat: now + heartbeat }
    since = now
    // It may have been the server that was away.
    if (index > 0) due.better = now + STABLE
    become("connected", { transport: transports[index] })
    actions.push({ type: "use", link })
  }

  /**
   * The better transport can't be had for now.
   *
   * @param {number} now
   */
  const giveUp = (now) => {
    close(candidate)
    candidate = 0
    delete due.open
    due.better = now + COME_BACK
  }

  /** @param {number} now */
  const tick = (now) => {
    /** @param {string} what */
    const isDue = (what) => due[what] <= now && delete due[what]

    if (isDue("better")) {
      candidate = ++count
      due.open = now + FETCHING_TOKEN
      actions.push({ type: "open", link: candidate, transport: transports[0], fresh: false })
    }
    if (isDue("beat")) {
      if (pinged) return lost(now)
      ping(now, heartbeat)
    }
    if (isDue("open")) candidate ? giveUp(now) : lost(now, "silent")
    else if (isDue("retry")) attempt(now)
  }

  /**
   * @param {number} now
   * @param {number} patience
   */
  const ping = (now, patience) => {
    pinged = true
    due.beat = now + patience
    actions.push({ type: "ping", link })
  }

  become("idle")
  return {
    /** What the application sees; another object after each change. */
    get state() {
      return state
    },

    /** When `tick` has to come, at the latest; Infinity when nothing is due. */
    get wakeAt() {
      return Math.min(...Object.values(due))
    },

    /** @param {number} id whether this attempt or connection still counts */
    wants: (id) => id === link || id === candidate,

    /**
     * @param {Event} event
     * @param {number} now in milliseconds
     * @returns {Action[]} what has to be done, in this order
     */
    step(event, now) {
      actions = []
      if ("link" in event) {
        const { link: id } = event
        if (id !== link && id !== candidate) return actions
        if (event.type === "opening") due.open = now + OPENING
        else if (event.type === "ready") {
          heartbeat = event.heartbeat
          ready(now, id)
        } else if (id === link) {
          link = 0
          lost(now, event.code, event.retryAfter)
        } else giveUp(now)
        return actions
      }
      switch (event.type) {
        case "connect":
          if (isOver) {
            index = failures = attempts = notBefore = 0
            fresh = false
            become("connecting")
            attempt(now)
          } else wake(now)
          break
        case "pageshow":
          wake(now)
          break
        case "pagehide":
          // A page that is put away can't end its session later; a WebSocket ends by itself.
          if (state.name === "connected" && state.transport !== "websocket") lost(now)
          break
        case "disconnect":
          if (!isOver) end("closed_by_user")
          break
        case "offline":
          if (isOver) break
          drop()
          become("reconnecting", { reason: "offline" })
          break
        case "online":
          if (due.better) due.better = now
          // Without a network nothing was due.
          if (!isOver && !link) due.retry = now
          wake(now)
          break
        case "heard":
          pinged = false
          if (due.beat) due.beat = now + heartbeat
          break
        case "tick":
          tick(now)
      }
      return actions
    },
  }
}
