/**
 * What a refused call rejects with. `code` is one of the server's (`forbidden`, `not_in_room`, `rate_limited`, …), or one
 * of the client's own:
 *
 * - `not_connected`: it was `volatile`, and there is no connection
 * - `connection_lost`: it was `volatile`, and the connection broke before the answer came
 * - `too_large`: it is longer than the server takes
 * - `queue_full`, `expired`: it waited for the connection among too many, or too long
 * - `disconnected`: `disconnect()` was called, or the connection does not come back
 */
export class RealtimeError extends Error {
  /**
   * @param {string} code
   * @param {string} [message]
   * @param {number} [retryAfter]
   */
  constructor(code, message = code, retryAfter) {
    super(message)
    this.name = "RealtimeError"
    /** What went wrong, in one word. */
    this.code = code
    /** In how many milliseconds it is worth another try, where the server says so. */
    this.retryAfter = retryAfter
  }
}
