import { openHTTP } from "./http.js"

/**
 * A link that asks again and again, and is answered when there is something.
 *
 * @param {import("./connection.js").LinkOptions} options
 */
export const openLongPoll = (options) =>
  openHTTP(options, async ({ call, take }) => take(await (await call("poll")).json()))
