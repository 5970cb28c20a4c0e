// Does what the machine says: opens and closes links, keeps the one timer, and passes on what comes.

import { createMachine } from "./machine.js"
import { openWebSocket } from "./websocket.js"

/** @typedef {import("./types.js").Envelope} Envelope */

/**
 * A link is one attempt to be connected, and the connection that comes of it, whatever carries it.
 *
 * @typedef {object} Link
 * @property {(envelope: object) => void} send
 * @property {() => void} close after it nothing is heard of the link any more
 * @property {(token: string) => void} [renew] the token has been replaced
 */

/**
 * What a link is made of, and whom it tells.
 *
 * @typedef {object} LinkOptions
 * @property {string} url
 * @property {string} token
 * @property {string | null} deviceId
 * @property {any} WebSocket
 * @property {typeof fetch} fetch
 * @property {(envelope: Envelope) => void} message
 * @property {() => void} heard something came, if only a sign of life
 * @property {(code?: number, retryAfter?: number) => void} closed
 */

/** @type {Record<string, (options: LinkOptions) => Link>} */
const OPENERS = { websocket: openWebSocket }

/**
 * @param {object} options
 * @param {Required<Pick<import("./types.js").ClientOptions, "url" | "fetch" | "transports">>
 *   & {WebSocket: any, deviceId: string | null, backoff?: {min?: number, max?: number}}} options.how
 * @param {ReturnType<import("./token.js").createTokens>} options.tokens
 * @param {(state: import("./types.js").State) => void} options.changed
 * @param {(greeting: Envelope) => void} options.ready a link is there, and is to be used
 * @param {(envelope: Envelope) => void} options.received
 * @param {(what: string, details?: any) => void} options.log
 */
export function createConnection({ how, tokens, changed, ready, received, log }) {
  const machine = createMachine({ transports: how.transports, renewable: tokens.renewable, ...how.backoff })
  /** @type {Map<number, Link>} */
  const links = new Map()
  /**
   * The link that is connected.
   *
   * @type {Link | undefined}
   */
  let current
  /**
   * The server's first words on the link that becomes the current one.
   *
   * @type {Envelope | undefined}
   */
  let greeting
  /** @type {any} */
  let timer
  let armedFor = Infinity

  /** @param {import("./machine.js").Event} event */
  function step(event) {
    const before = machine.state
    const actions = machine.step(event, Date.now())
    for (const action of actions) {
      const { link } = action
      if (action.type === "open") void open(action)
      else if (action.type === "use") {
        current = links.get(link)
        if (greeting) ready(greeting)
      }
      else if (action.type === "ping") links.get(link)?.send({ type: "ping" })
      else {
        links.get(link)?.close()
        links.delete(link)
      }
    }
    arm()
    if (machine.state === before) return
    if (machine.state.name !== "connected") current = undefined
    log("state", machine.state)
    changed(machine.state)
  }

  /** The timer is set anew only for what is due earlier: each message puts the heartbeat off. */
  function arm() {
    const { wakeAt } = machine
    if (wakeAt >= armedFor && wakeAt < Infinity) return
    clearTimeout(timer)
    armedFor = wakeAt
    if (wakeAt === Infinity) return
    timer = setTimeout(() => {
      armedFor = Infinity
      step({ type: "tick" })
    }, Math.min(Math.max(wakeAt - Date.now(), 0), 2 ** 31 - 1))
  }

  /** @param {{link: number, transport: string, fresh: boolean}} attempt */
  async function open({ link, transport, fresh }) {
    let token
    try {
      token = await tokens.get(fresh)
    } catch (error) {
      log("getToken failed", error)
      return step({ type: "lost", link, code: "token" })
    }
    if (!machine.wants(link)) return
    if (!token) return step({ type: "lost", link, code: "nobody" })
    step({ type: "opening", link })
    try {
      links.set(link, OPENERS[transport]({ ...how, token, ...hearing(link) }))
    } catch (error) {
      // Where a page may not even try, as with ws:// from https://.
      log("cannot open", error)
      step({ type: "lost", link })
    }
  }

  /**
   * What a link tells.
   *
   * @param {number} link
   */
  function hearing(link) {
    /**
     * The server's goodbye, which says more than the code that comes after it.
     *
     * @type {any}
     */
    let goodbye
    const isCurrent = () => !!current && links.get(link) === current
    return {
      /** @param {Envelope} envelope */
      message(envelope) {
        if (envelope.type === "disconnect") goodbye = envelope.data
        if (envelope.type === "connect" && !isCurrent()) {
          greeting = envelope
          step({ type: "ready", link, heartbeat: envelope.data.heartbeat_ms })
        } else if (isCurrent()) {
          step({ type: "heard" })
          received(envelope)
        }
      },
      heard() {
        if (isCurrent()) step({ type: "heard" })
      },
      /**
       * @param {number} [code]
       * @param {number} [retryAfter]
       */
      closed(code = goodbye?.code, retryAfter = goodbye?.retry_after_ms) {
        links.delete(link)
        log("closed", code)
        step({ type: "lost", link, code, retryAfter })
      },
    }
  }

  return {
    step,
    get state() {
      return machine.state
    },
    /**
     * Sends it, or gives false when there is no connection.
     *
     * @param {object} envelope
     */
    send(envelope) {
      current?.send(envelope)
      return !!current
    },
    /** @param {string} token */
    renew: (token) => current?.renew?.(token),
  }
}
