// Does what the machine says: opens and closes links, keeps the one timer, and passes on what comes.

import { openLongPoll } from "./longpoll.js"
import { createMachine } from "./machine.js"
import { openEvents } from "./sse.js"
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
 * @property {string} device which device this is, as a part of an address
 * @property {any} WebSocket
 * @property {typeof fetch} fetch
 * @property {(envelope: Envelope) => void} message
 * @property {() => void} heard something came, if only a sign of life
 * @property {(code?: number, retryAfter?: number) => void} closed
 */

/** @type {Record<string, (options: LinkOptions) => Link>} */
const OPENERS = { websocket: openWebSocket, sse: openEvents, longpoll: openLongPoll }

/**
 * @param {object} options
 * @param {Required<Pick<import("./types.js").ClientOptions, "url" | "fetch" | "transports">>
 *   & {WebSocket: any, device: string, backoff?: {min?: number, max?: number}}} options.how
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

  /** @param {import("./steps.js").Event} event */
  const step = (event) => {
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

  const arm = () => {
    clearTimeout(timer)
    // What is over, or waits for the network, has nothing to wake for.
    if (machine.wakeAt < Infinity) timer = setTimeout(step, machine.wakeAt - Date.now(), { type: "tick" })
  }

  /** @param {{link: number, transport: string, fresh: boolean}} attempt */
  const open = async ({ link, transport, fresh }) => {
    // Why it failed, if it does; `silent` where there is no WebSocket, or a page may not even try.
    let code = "token"
    try {
      const token = await tokens.get(fresh)
      if (!machine.wants(link)) return
      code = token ? "silent" : "nobody"
      if (token) {
        step({ type: "opening", link })
        links.set(link, OPENERS[transport]({ ...how, token, ...hearing(link) }))
        return
      }
    } catch (error) {
      log("error", error)
    }
    step({ type: "lost", link, code })
  }

  /**
   * What a link tells.
   *
   * @param {number} link
   */
  const hearing = (link) => {
    /**
     * The server's goodbye, which says more than the code that comes after it.
     *
     * @type {any}
     */
    let goodbye
    const isCurrent = () => current && links.get(link) === current
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
