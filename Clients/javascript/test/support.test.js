// What the other tests stand on: the server that can be killed, and the proxy between.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { backend } from "./support/api.js"
import { startProxy } from "./support/proxy.js"
import { startServer } from "./support/server.js"
import { devToken, token } from "./support/tokens.js"
import { DEADLINE, within } from "./support/waiting.js"
import { WebSocket } from "./support/websocket.js"

let server
let proxy
before(async () => {
  server = await startServer()
  proxy = await startProxy(server)
})
after(async () => {
  await proxy.close()
  await server.stop()
})

/** A socket through the proxy and its first message, which is null where there is no socket. */
async function connect(given) {
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/ws?token=${given}`)
  const first = new Promise((resolve) => {
    socket.addEventListener("message", (event) => resolve(JSON.parse(event.data)))
    socket.addEventListener("error", () => resolve(null))
  })
  return { socket, first: await within(DEADLINE, first, "message") }
}

test("a token that is signed here, and one that the server gives, connect through the proxy", async () => {
  for (const given of [token("ada"), await devToken(server.url, { sub: "ada" })]) {
    const { socket, first } = await connect(given)
    assert.equal(first.data.user_id, "ada")
    socket.close()
  }
})

test("a cut breaks what is open, and a block keeps WebSockets out while HTTP passes", async () => {
  const { socket } = await connect(token("ada"))
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve))
  proxy.cut()
  await within(DEADLINE, closed, "close")

  proxy.blockWebSockets()
  assert.equal((await connect(token("ada"))).first, null)
  assert.equal((await fetch(`${proxy.url}/healthz`)).status, 200)
  proxy.blockWebSockets(null)
})

test("a server that was killed is at the same address again", async () => {
  const { url } = server
  await server.kill()
  await assert.rejects(fetch(`${url}/healthz`))
  await server.start()
  assert.equal(server.url, url)
  assert.equal((await backend(server).stats()).rooms, 0)
})
