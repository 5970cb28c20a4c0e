// The words that the modules share. There is nothing here at run time.

/**
 * A message of the server, as it came.
 *
 * @typedef {object} Envelope
 * @property {string} type what it is, such as `task_updated`
 * @property {any} [data]
 * @property {string} [message_id] the server's id of it
 * @property {string} [timestamp] RFC 3339, UTC
 * @property {string} [user_id] who caused it
 * @property {string} [room_id] the room that it is about
 * @property {string} [recipient_id] set when it is for one user
 * @property {number} [seq] its place in the room's stream
 * @property {string} [reply_to] the client's own `message_id` that this answers
 */

/**
 * Who this connection is, as the server says.
 *
 * @typedef {object} Me
 * @property {string} userId
 * @property {string} username
 * @property {string | null} deviceId
 * @property {string} connectionId
 */

/**
 * The truth about the connection.
 *
 * @typedef {object} State
 * @property {"idle" | "connecting" | "connected" | "reconnecting" | "disconnected"} name
 * @property {Transport | null} transport what carries it, or is being tried
 * @property {Reason | null} reason why it is not connected
 * @property {boolean} willRetry whether it comes back by itself
 * @property {number | null} retryAt when it tries next, in milliseconds since 1970; null when it tries now, or waits for
 *   the network
 */

/**
 * - `offline`: the browser says that there is no network
 * - `network`: nobody answers, or the connection broke
 * - `server`: the server is stopping
 * - `rate_limited`, `too_slow`: the server cut it off; it comes back when it may
 * - `token`: `getToken` failed
 * - `unauthenticated`: there is no token, or the server does not take it
 * - `forbidden`: the server does not take this page or this user
 * - `replaced`: the application ended it
 * - `malformed`: the server did not understand it
 * - `closed_by_user`: `disconnect()` was called
 *
 * @typedef {"offline" | "network" | "server" | "rate_limited" | "too_slow" | "token" | "unauthenticated" | "forbidden" |
 *   "replaced" | "malformed" | "closed_by_user"} Reason
 */

/** @typedef {"websocket" | "sse" | "longpoll"} Transport */

/**
 * Somebody in a room.
 *
 * @typedef {object} Member
 * @property {string} user_id
 * @property {string} username
 * @property {string} status `online`, `away`, `busy`, `editing` or `offline`
 * @property {number} devices with how many devices
 * @property {string} since
 * @property {any} [custom] what the application adds to the status
 */

/**
 * Where a room's stream stands.
 *
 * @typedef {object} Position
 * @property {string} epoch another one is another stream: the room has begun again
 * @property {number} seq
 */

/**
 * @typedef {object} Notification
 * @property {string} notification_id
 * @property {number} seq its place in the user's own sequence
 * @property {string} title
 * @property {string} message
 * @property {"info" | "success" | "warning" | "error"} level
 * @property {"low" | "normal" | "high" | "urgent"} priority
 * @property {string} created_at
 * @property {string} [expires_at]
 * @property {any} [data] what its sender added
 * @property {number} [attempt] how often it was sent to this device
 * @property {string} [state]
 * @property {boolean} seen
 * @property {boolean} read
 * @property {boolean} archived
 */

/**
 * @typedef {object} Counts
 * @property {number} unread
 * @property {number} unseen
 */

/**
 * A task, with whatever fields its events have.
 *
 * @typedef {{task_id: string, title?: string, status?: string, assignee_id?: string, [field: string]: any}} Task
 */

/**
 * @typedef {object} SendOptions
 * @property {string} [roomId] the room that it is for
 * @property {string} [recipientId] only this user gets it
 * @property {boolean} [volatile] worth nothing later: it is refused while there is no connection, and not sent again
 * @property {string} [messageId] an id of one's own, 1 to 64 characters; who sends the same again within five minutes
 *   gets the first answer
 */

/**
 * @typedef {object} QueueLimits
 * @property {number} [count] how many messages: 200
 * @property {number} [bytes] of all together: 262,144
 * @property {number} [age] in milliseconds: 300,000
 * @property {number} [message] bytes of one message, sent at once or later: 65,536, as the server's `--max-message`
 */

/**
 * @typedef {object} ClientOptions
 * @property {string} [url] the server's address; the page's own origin where it is left out
 * @property {string} [token] a token that never changes
 * @property {GetToken} [getToken] asked for a token whenever one is needed; null or "" means that nobody is signed in
 * @property {string | null} [deviceId] which of the user's devices this is; kept in `localStorage` where it is left out
 * @property {Transport[]} [transports] what may carry it, the best first
 * @property {any} [WebSocket] the WebSocket class, where the platform has none
 * @property {typeof fetch} [fetch]
 * @property {{min?: number, max?: number}} [backoff] pauses between attempts, in milliseconds: 500 and 20,000
 * @property {QueueLimits} [queue] what may wait while there is no connection
 * @property {(what: string, details?: any) => void} [log] told what happens to the connection; never told a token
 */

/** @typedef {(why: {reason: "connect" | "expiring" | "refused"}) => Promise<string | null> | string | null} GetToken */

export {}
