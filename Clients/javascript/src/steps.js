// What the machine is told, what it says is to be done, and what it takes the end of a connection for.

/** @typedef {import("./types.js").Transport} Transport */

/**
 * `link` numbers the attempts, so that what an earlier one says late is not taken for the present one's.
 *
 * @typedef {{type: "connect" | "disconnect" | "offline" | "online" | "pageshow" | "pagehide" | "tick" | "heard"}
 *   | {type: "opening", link: number}
 *   | {type: "ready", link: number, heartbeat: number}
 *   | {type: "lost", link: number, code?: number | string, retryAfter?: number}} Event
 */

/**
 * @typedef {{type: "open", link: number, transport: Transport, fresh: boolean}
 *   | {type: "use" | "close" | "ping", link: number}} Action
 */

/**
 * What a close code, or what the client calls so, means to the application.
 *
 * @type {Record<number | string, import("./types.js").Reason>}
 */
export const REASONS = {
  1001: "server",
  1012: "server",
  4400: "malformed",
  4401: "unauthenticated",
  4403: "forbidden",
  4409: "replaced",
  4429: "rate_limited",
  4503: "server",
  4507: "too_slow",
  token: "token",
  nobody: "unauthenticated",
}
/**
 * After these it does not come back. `nobody`: there is no token.
 *
 * @type {(number | string)[]}
 */
export const FINAL = [4400, 4403, 4409, "nobody"]
