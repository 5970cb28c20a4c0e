// A room: joined again after every loss, from where it was.

import { createEmitter } from "./emitter.js"
import { RealtimeError } from "./errors.js"
import { changedMembers } from "./members.js"
import { createStream } from "./stream.js"

/** @typedef {import("./types.js").Envelope} Envelope */
/** @typedef {import("./types.js").Member} Member */
/** @typedef {import("./types.js").SendOptions} SendOptions */

/** Refusals that are about the moment: the room is asked for again after so many milliseconds. */
const AGAIN = ["unavailable", "rate_limited"]
const PAUSE = 2_000
/** Others are told at most this often that somebody is still typing. */
const TYPING = 2_000

/**
 * @typedef {object} Joined
 * @property {string} status `created_new`, `joined_existing` or `reconnected`
 * @property {Member[]} members
 * @property {boolean} recovered whether nothing was missed since the last time
 * @property {import("./types.js").Position} position
 */

/** @typedef {ReturnType<typeof createRoom>["room"]} Room */

/**
 * @param {string} id
 * @param {object} client
 * @param {(type: string, data: any, options: SendOptions, settled: (error: RealtimeError | null, answer?: any) => void) => void} client.say
 * @param {(type: string, data: any, options: SendOptions) => Promise<any>} client.publish
 * @param {() => string | undefined} client.userId
 * @param {(envelope: Envelope) => void} client.deliver for listeners of the client itself
 */
export function createRoom(id, { say, publish, userId, deliver }) {
  const { on, emit } = createEmitter()
  /**
   * How it is to be joined; null when it is not.
   *
   * @type {{name?: string, create?: boolean, status?: string, since?: never} | null}
   */
  let wanted = null
  /**
   * Who waits for the next answer to a join.
   *
   * @type {((error: Error | null, joined?: any) => void)[]}
   */
  let waiting = []
  /** @type {(typeof waiting)[number]} */
  const settle = (error, joined) => waiting.splice(0).forEach((settled) => settled(error, joined))
  let isConnected = false
  let joined = false
  /** How often it was asked for: only the last answer counts. */
  let asked = 0
  /**
   * What came before the answer to the join did; null while none is awaited.
   *
   * @type {Envelope[] | null}
   */
  let early = null
  let name = id
  /** @type {Member[]} */
  let members = []
  let typed = 0
  /** @type {any} */
  let again

  /** @param {Envelope} envelope */
  const pass = (envelope) => {
    deliver(envelope)
    if (envelope.seq) emit("message", envelope)
    if (envelope.type !== "message") emit(envelope.type, envelope)
    emit("*", envelope)
  }

  /** @param {Member[]} changed */
  const show = (changed) => {
    if (changed === members) return
    members = changed
    emit("members", members)
  }

  const askToJoin = () => {
    clearTimeout(again)
    early = []
    joined = false
    const since = stream.position
    const turn = ++asked
    say("join_room", { ...wanted, room_id: id, since }, { volatile: true }, (error, answer) => {
      if (turn !== asked) return
      if (!error) welcome(answer, !!since)
      else if (AGAIN.includes(error.code)) again = setTimeout(askToJoin, Math.max(error.retryAfter ?? 0, PAUSE))
      // Without a connection, the next one joins.
      else if (isConnected && error.code !== "connection_lost") end(error.code, error)
    })
  }

  /**
   * @param {Joined & {name: string}} answer
   * @param {boolean} isReturn
   */
  const welcome = (answer, isReturn) => {
    if (!wanted) return
    const { status, position, recovered } = answer
    const held = early ?? []
    early = null
    joined = true
    name = answer.name
    stream.joined(position, recovered)
    show(answer.members)
    settle(null, { status, members, recovered, position })
    emit("joined", { status, recovered })
    if (isReturn && !recovered) emit("gap")
    held.forEach(receive)
  }

  const lost = () => {
    isConnected = joined = false
    early = null
    clearTimeout(again)
  }

  /**
   * @param {string} reason
   * @param {Error} error
   */
  const end = (reason, error) => {
    clearTimeout(again)
    const wasWanted = wanted
    wanted = early = null
    joined = false
    settle(error)
    show([])
    if (wasWanted) emit("left", { reason })
  }

  /** @param {Envelope} envelope */
  const receive = (envelope) => {
    if (early) early.push(envelope)
    else if (!joined) deliver(envelope)
    else if (envelope.type === "room_left") end(envelope.data.reason, new RealtimeError("forbidden"))
    else if (envelope.seq) stream.push(envelope)
    else {
      show(changedMembers(members, envelope))
      pass(envelope)
    }
  }

  const stream = createStream({
    deliver: pass,
    heal: askToJoin,
    lose: () => emit("gap"),
    isMine: ({ type, user_id }) => type === "message" && user_id === userId(),
  })

  const room = {
    /** The room's id. */
    id,
    /** What the room is called. */
    get name() {
      return name
    },
    /** Who is there, oneself included; another array after each change. */
    get members() {
      return members
    },
    /** Whether it is joined on the present connection. */
    get joined() {
      return joined
    },
    /** What was delivered last. */
    get position() {
      return stream.position
    },

    /**
     * Listens to `message` (everything but the ephemeral, once and in order), to one type (`chat_message`, `typing`, …), to
     * `*`, or to `members`, `joined`, `left` and `gap` (something was missed: load anew what you show).
     */
    on,

    /**
     * Joins the room, now and after every reconnect, until `leave()`. With `since`, what the room still has from there on
     * comes first, also what came before: with `seq` 0, all of its history.
     *
     * @param {{name?: string, create?: boolean, status?: string, since?: import("./types.js").Position}} [options]
     * @returns {Promise<Joined>}
     */
    join(options) {
      const { since, ...how } = options ?? wanted ?? {}
      wanted = how
      if (since) stream.reset(since)
      return new Promise((resolve, reject) => {
        waiting.push((error, joined) => (error ? reject(error) : resolve(joined)))
        if (isConnected && (options || !early)) askToJoin()
      })
    },

    /** Leaves the room. */
    leave() {
      if (wanted && isConnected) say("leave_room", { room_id: id }, { volatile: true }, () => {})
      end("left", new RealtimeError("left"))
      stream.forget()
    },

    /**
     * Publishes to the room. While there is no connection it waits, and is sent once when there is one.
     *
     * @param {string} type
     * @param {any} data
     * @param {{volatile?: boolean, messageId?: string, recipientId?: string}} [options]
     * @returns {Promise<{message_id: string, seq?: number}>}
     */
    publish: (type, data, options) => publish(type, data, { ...options, roomId: id }),

    /**
     * Tells the others, at most every two seconds, that one types, or that one stopped.
     *
     * @param {boolean} [active]
     */
    typing(active = true) {
      const now = active ? Date.now() : 0
      if (active ? now - typed < TYPING : !typed) return
      typed = now
      room.publish("typing", { active }, { volatile: true }).catch(() => {})
    },
  }

  return {
    room,
    stream,
    receive,
    /** There is a connection. Resolves, when the room was joined again, with whether nothing was missed. */
    connected() {
      isConnected = true
      if (!wanted) return
      const isReturn = !!stream.position
      const back = room.join(wanted)
      return isReturn ? back.then(({ recovered }) => recovered, () => false) : undefined
    },
    /** There is none any more. */
    lost,
    /** There will be none until somebody asks for one; then the room is joined again. */
    ended() {
      lost()
      settle(new RealtimeError("disconnected"))
    },
  }
}
