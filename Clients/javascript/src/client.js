// Puts the parts together, and takes each message to where it belongs.

import { keptDeviceId, watchPage } from "./browser.js"
import { createConnection } from "./connection.js"
import { createEmitter } from "./emitter.js"
import { createOutbox } from "./outbox.js"
import { createNotifications } from "./notifications.js"
import { createRecent } from "./recent.js"
import { createRoom } from "./room.js"
import { createTabs } from "./tabs.js"
import { createTasks } from "./tasks.js"
import { createTokens } from "./token.js"

/** @typedef {import("./types.js").Envelope} Envelope */
/** @typedef {import("./types.js").SendOptions} SendOptions */
/** @typedef {import("./errors.js").RealtimeError} RealtimeError */

/**
 * Makes a client. It does nothing until `connect()`.
 *
 * @param {import("./types.js").ClientOptions} [options]
 */
export function createClient(options = {}) {
  const {
    url = globalThis.location?.origin,
    transports = ["websocket", "sse", "longpoll"],
    deviceId = keptDeviceId(),
    WebSocket = globalThis.WebSocket,
    fetch = globalThis.fetch,
    log = () => {},
    backoff,
  } = options
  const how = {
    url: `${url}`.replace(/\/$/, ""),
    device: `device_id=${encodeURIComponent(deviceId ?? "")}`,
    transports, WebSocket, fetch, backoff,
  }

  const { on, emit } = createEmitter()
  const seen = createRecent()
  /** @type {Map<string, ReturnType<typeof createRoom>>} */
  const rooms = new Map()
  /** @type {Map<string, ReturnType<typeof createTasks>>} */
  const projects = new Map()
  /** @type {import("./types.js").Me | null} */
  let me = null
  /**
   * What one says of oneself, said again after a reconnect.
   *
   * @type {{status: string, custom?: any} | undefined}
   */
  let presence
  let stopWatching = () => {}

  /**
   * @param {string} type
   * @param {any} data
   * @param {SendOptions} [options]
   * @returns {Promise<any>}
   */
  const ask = (type, data, options = {}) => {
    const stream = rooms.get(options.roomId ?? "")?.stream
    stream?.sent()
    return new Promise((resolve, reject) => {
      outbox.say(type, data, options, (error, answer) => {
        stream?.answered(answer?.seq, type === "message")
        error ? reject(error) : resolve(answer)
      })
    })
  }

  const lost = () => {
    outbox.suspend()
    tokens.rest()
    for (const room of rooms.values()) room.lost()
  }

  /** @param {Envelope} greeting */
  const ready = (greeting) => {
    // There may have been another connection until now, of another kind.
    lost()
    const { user_id, username, device_id, connection_id } = greeting.data
    me = { userId: user_id, username, deviceId: device_id, connectionId: connection_id }
    tokens.livesUntil(greeting)
    tabs.open(`realtime ${how.url} ${user_id}`)
    /** @type {(Promise<boolean> | undefined)[]} */
    let returns = []
    outbox.resume(() => {
      returns = [...rooms.values()].map((room) => room.connected())
      // When it does not come there, the next connection says it.
      sayPresence().catch(() => {})
      notifications.refresh()
    })
    Promise.all(returns).then((all) => emit("connected", { recovered: !all.includes(false) }))
  }

  /** @param {import("./types.js").State} state */
  const changed = (state) => {
    if (state.name !== "connected") lost()
    if (state.name === "disconnected") {
      me = null
      stopWatching()
      tokens.forget()
      tabs.close()
      notifications.forget()
      outbox.clear()
      for (const room of rooms.values()) room.ended()
    }
    emit("state", state)
  }

  /** @param {Envelope} envelope */
  const received = (envelope) => {
    const { type, data, room_id, reply_to, message_id } = envelope
    if (type === "token_expiring") tokens.check()
    if (reply_to ? outbox.answered(envelope) : type === "pong") return
    if (type === "error") emit("error", data)
    if (type === "error" || reply_to) return
    // Between two connections the same may come on both. What has a place in a room is known by it.
    if (!envelope.seq && message_id && !seen.add(message_id)) return
    notifications.receive(envelope)
    const room = rooms.get(room_id ?? (type === "room_left" ? data.room_id : ""))
    room ? room.receive(envelope) : deliver(envelope)
  }

  /** @param {Envelope} envelope */
  const deliver = (envelope) => {
    emit("message", envelope)
    if (!OWN_EVENTS.includes(envelope.type)) emit(envelope.type, envelope)
    emit("*", envelope)
  }

  const sayPresence = () => {
    const isConnected = connection.state.name === "connected"
    return presence && isConnected ? ask("presence_update", presence, { volatile: true }) : Promise.resolve()
  }

  /**
   * @param {string} id
   */
  const room = (id) => {
    let entry = rooms.get(id)
    if (!entry) {
      entry = createRoom(id, { say: outbox.say, publish: ask, userId: () => me?.userId, deliver })
      rooms.set(id, entry)
      if (connection.state.name === "connected") entry.connected()
    }
    return entry.room
  }

  const outbox = createOutbox({ limits: options.queue, send: (envelope) => connection.send(envelope) })
  const tokens = createTokens(options, async (token) => {
    const answer = await ask("auth", { token }, { volatile: true })
    connection.renew(token)
    return answer
  })
  const tabs = createTabs((message) => notifications.heard(message))
  const notifications = createNotifications({ ask, tell: tabs.tell })
  const connection = createConnection({ how, tokens, changed, ready, received, log })

  return {
    /** The truth about the connection. */
    get state() {
      return connection.state
    },
    /** Who this is; null while that is not known. */
    get me() {
      return me
    },

    /** Connects, and comes back after every loss until `disconnect()`. While it waits for its next attempt: tries now. */
    connect() {
      stopWatching()
      stopWatching = watchPage((type) => connection.step({ type }))
      connection.step({ type: "connect" })
    },

    /** Ends the connection; it does not come back until `connect()`. */
    disconnect: () => connection.step({ type: "disconnect" }),

    /**
     * Listens to `state`, `connected` (`{recovered}`: whether all rooms were joined again without having missed anything),
     * `error` (one that answers nothing that was said), to every message (`message`, or `*`), or to one type.
     */
    on,

    /**
     * Says something to the server, a room or a user. While there is no connection it waits, and is sent once when there is.
     *
     * @param {string} type
     * @param {any} data
     * @param {SendOptions} [options]
     * @returns {Promise<any>} what the server's answer says; a `RealtimeError` when it refused
     */
    send: ask,

    /**
     * Tells the rooms how one is, now and after every reconnect.
     *
     * @param {"online" | "away" | "busy" | "editing" | "offline"} status
     * @param {any} [custom]
     * @returns {Promise<any>}
     */
    setPresence(status, custom) {
      presence = { status, custom }
      return sayPresence()
    },

    /** The room of this id, the same object each time. */
    room,

    /** The user's notifications. */
    notifications: notifications.inbox,

    /**
     * The tasks of a project, the same object each time; joins the project's room.
     *
     * @param {string} projectId
     */
    tasks(projectId) {
      const tasks = projects.get(projectId) ?? createTasks(projectId, room(projectId))
      projects.set(projectId, tasks)
      return tasks
    },
  }
}

/** Events of the client itself, which a message of the same name is not mistaken for. */
const OWN_EVENTS = ["message", "state", "connected", "error"]
