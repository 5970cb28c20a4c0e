/**
 * A link over WebSocket. The token goes in the first message: there the server can say what is wrong with it, which a
 * browser does not tell of a refused upgrade, and no proxy writes it into a log.
 *
 * @param {import("./connection.js").LinkOptions} options
 * @returns {import("./connection.js").Link}
 */
export function openWebSocket({ url, token, device, WebSocket, message, closed }) {
  /** @type {WebSocket} */
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws?${device}`, "realtime.v1")
  /** @param {object} envelope */
  const send = (envelope) => socket.send(JSON.stringify(envelope))

  socket.onopen = () => send({ type: "auth", data: { token } })
  socket.onmessage = ({ data }) => message(JSON.parse(data))
  // What went wrong is in the code of the close that follows.
  socket.onerror = () => {}
  socket.onclose = ({ code }) => closed(code)

  return {
    send,
    close() {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close()
    },
  }
}
