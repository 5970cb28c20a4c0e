// Clients of a test, connected through a proxy, and gone when the test is over.

import { createClient } from "../../src/realtime.js"
import { startProxy } from "./proxy.js"
import { startServer } from "./server.js"
import { token } from "./tokens.js"
import { inState } from "./waiting.js"
import { WebSocket } from "./websocket.js"

/** What may carry a client; what holds on one holds on all. */
export const TRANSPORTS = ["websocket", "sse", "longpoll"]

/** Attempts follow each other quickly, as nobody's server is to be spared. */
const BACKOFF = { min: 5, max: 50 }

/**
 * A server, and what makes clients that reach it through a proxy each of their own.
 *
 * @param {Parameters<typeof startServer>[0]} [options]
 */
export async function startWorld(options) {
  const server = await startServer(options)
  const proxies = []
  const clients = []
  return {
    server,

    /**
     * A client that is not connected yet, and its proxy.
     *
     * @param {string} user
     * @param {import("../../src/types.js").ClientOptions} [more]
     */
    async make(user, more) {
      const proxy = await startProxy(server)
      proxies.push(proxy)
      const client = createClient({
        url: proxy.url, WebSocket, token: token(user), deviceId: null, backoff: BACKOFF, ...more,
      })
      clients.push(client)
      return { client, proxy }
    },

    /**
     * A client that is connected, and its proxy.
     *
     * @param {string} user
     * @param {import("../../src/types.js").ClientOptions} [more]
     */
    async connect(user, more) {
      const made = await this.make(user, more)
      made.client.connect()
      await inState(made.client, "connected")
      return made
    },

    async end() {
      for (const client of clients) client.disconnect()
      for (const proxy of proxies) proxy.close()
      await server.stop()
    },
  }
}
