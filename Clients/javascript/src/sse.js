/**
 * @param {import("./connection.js").LinkOptions} options
 * @returns {import("./connection.js").Link}
 */
export function openEvents({ closed }) {
  queueMicrotask(closed)
  return { send() {}, close() {} }
}
