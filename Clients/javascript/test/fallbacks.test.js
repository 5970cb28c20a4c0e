// Where there is no WebSocket: each way in which it can't be had, and each way in which what stands in for it can break.

import assert from "node:assert/strict"
import { setMaxListeners } from "node:events"
import { after, before, test } from "node:test"
import { backend } from "./support/api.js"
import { startWorld } from "./support/clients.js"
import { token } from "./support/tokens.js"
import { collect, eventually, inState, next } from "./support/waiting.js"

const FALLBACKS = ["sse", "longpoll"]
const text = (number) => `${number}: ${"a message that is long enough to be cut in two. ".repeat(4)}`

/** What a page has and Node has not: somebody who tells of the network, and of being left. */
const page = new EventTarget()
globalThis.addEventListener = page.addEventListener.bind(page)
setMaxListeners(0, page)

let world
before(async () => {
  world = await startWorld({ flags: ["--presence-grace", "500ms"] })
})
after(() => world.end())

let rooms = 0
const newRoom = () => `fallback ${++rooms}`

/** Somebody who publishes, over WebSocket. */
async function publisher(room, place = world) {
  const { client } = await place.connect("ada", { transports: ["websocket"] })
  const joined = client.room(room)
  await joined.join()
  return joined
}

/** Bob in a room, on a network where something is wrong. */
async function reader(room, prepare, options, place = world) {
  const made = await place.make("bob", options)
  prepare?.(made.proxy)
  const states = collect(made.client, "state")
  const heard = collect(made.client.room(room), "message")
  made.client.connect()
  await made.client.room(room).join()
  return { ...made, room: made.client.room(room), states, heard }
}

/** Ada publishes, and Bob hears it once and in order. */
async function carriesOn(ada, bob) {
  const before = bob.heard.values.length
  for (const number of [1, 2, 3]) await ada.publish("message", number)
  await bob.heard.until((values) => values.length >= before + 3)
  assert.deepEqual(bob.heard.values.slice(before).map(({ data }) => data), [1, 2, 3])
}

test("upgrade refused: it carries on over Server-Sent Events", async () => {
  const room = newRoom()
  const ada = await publisher(room)
  const bob = await reader(room, (proxy) => proxy.blockWebSockets())
  assert.equal(bob.client.state.transport, "sse")
  await carriesOn(ada, bob)
})

test("upgrade hanging: it is given up, and it carries on over Server-Sent Events", async () => {
  const room = newRoom()
  const ada = await publisher(room)
  const bob = await reader(room, (proxy) => proxy.blockWebSockets("hang"))
  assert.equal(bob.client.state.transport, "sse")
  await carriesOn(ada, bob)
})

test("polling only: it carries on by polls", async () => {
  const room = newRoom()
  const ada = await publisher(room)
  const bob = await reader(room, (proxy) => {
    proxy.blockWebSockets()
    proxy.blockStreams()
  })
  assert.equal(bob.client.state.transport, "longpoll")
  await carriesOn(ada, bob)
})

test("no WebSocket in the program: it carries on without", async () => {
  const room = newRoom()
  const ada = await publisher(room)
  const bob = await reader(room, undefined, { WebSocket: null })
  assert.equal(bob.client.state.transport, "sse")
  await carriesOn(ada, bob)
})

for (const transport of FALLBACKS) {
  const over = { transports: [transport] }

  test(`${transport} cut in the middle of a message: nothing lost, nothing twice, and nobody notices`, async () => {
    const room = newRoom()
    const ada = await publisher(room)
    const bob = await reader(room, undefined, over)
    for (let number = 0; number < 5; number++) {
      const cut = bob.proxy.cutWithin(text(number))
      await ada.publish("message", text(number))
      await cut
      await bob.heard.until((values) => values.length > number)
    }
    assert.deepEqual(bob.heard.values.map(({ data }) => data), [0, 1, 2, 3, 4].map(text))
    assert.ok(!bob.states.values.some(({ name }) => name === "reconnecting"))
  })

  test(`the server restarted under ${transport}: what waited is sent once, and nobody believes to have all`, async () => {
    const room = newRoom()
    const bob = await reader(room, undefined, over)
    await bob.room.publish("message", "before")
    const gap = next(bob.room, "gap")
    const back = next(bob.room, "joined")
    await world.server.kill()
    await inState(bob.client, "reconnecting")
    const published = [1, 2, 3].map((number) => bob.room.publish("message", number))
    await world.server.start()
    assert.equal((await back).recovered, false)
    await gap
    assert.deepEqual((await Promise.all(published)).map(({ seq }) => seq), [1, 2, 3])
  })

  test(`a session that the server ends is over on ${transport} as on any transport`, async () => {
    const { client } = await world.connect(`ended on ${transport}`, over)
    await backend(world.server).disconnect(`ended on ${transport}`)
    assert.equal((await inState(client, "disconnected")).reason, "replaced")
  })

  test(`a token that is refused over ${transport} is asked for again, and stands in no address`, async () => {
    const reasons = []
    const addresses = []
    const { client } = await world.make("bob", {
      ...over,
      token: undefined,
      getToken({ reason }) {
        reasons.push(reason)
        return token("bob", reason === "refused" ? {} : { ttl: -60 })
      },
      fetch(address, init) {
        addresses.push(address)
        return fetch(address, init)
      },
    })
    client.connect()
    await inState(client, "connected")
    assert.deepEqual(reasons, ["connect", "refused"])
    assert.ok(addresses.every((address) => !/token|eyJ/.test(address)), addresses.join("\n"))
  })

  test(`a token is renewed over ${transport} before it expires, and the next request has the new one`, async () => {
    const given = []
    const used = []
    const { client } = await world.make("bob", {
      ...over,
      token: undefined,
      getToken() {
        given.push(token("bob", { ttl: given.length ? 3600 : 5, jti: `${given.length}` }))
        return given.at(-1)
      },
      fetch(address, init) {
        used.push(init.headers.authorization)
        return fetch(address, init)
      },
    })
    const states = collect(client, "state")
    client.connect()
    await inState(client, "connected")
    await eventually(() => given.length, (count) => count === 2)
    await eventually(() => client.room(newRoom()).join().then(() => used.at(-1)), (last) => last === `Bearer ${given[1]}`)
    assert.ok(!states.values.some(({ name }) => name === "reconnecting"))
  })

  test(`who leaves from ${transport} is gone for the others as soon as from a WebSocket`, async () => {
    let isPutAway = false
    // A page that is put away only says goodbye.
    const frozen = (address, init) =>
      isPutAway && init.method !== "DELETE" ? new Promise(() => {}) : fetch(address, init)
    const closeTab = () => {
      isPutAway = true
      page.dispatchEvent(new Event("pagehide"))
    }
    for (const leave of [({ client }) => client.disconnect(), closeTab]) {
      const room = newRoom()
      const ada = await publisher(room)
      const bob = await reader(room, undefined, { ...over, fetch: frozen })
      if (ada.members.length < 2) await next(ada, "members")
      const gone = next(ada, "user_offline")
      leave(bob)
      assert.equal((await gone).data.user_id, "bob")
    }
  })
}

test("a way that is silent while posts are answered is given up, and nothing is missed", async (context) => {
  const world = await startWorld({ flags: ["--heartbeat", "1s"] })
  context.after(() => world.end())
  for (const [transport, request] of [["sse", "/events?"], ["longpoll", "/poll?"]]) {
    const ada = await publisher(transport, world)
    const bob = await reader(transport, undefined, { transports: [transport] }, world)
    const lost = inState(bob.client, "reconnecting")
    bob.proxy.hangWhere(request)
    await ada.publish("message", 0)
    await lost
    await bob.heard.until((values) => values.length === 1)
  }
})

test("back to WebSocket while others publish: nothing lost, nothing twice, no moment of reconnecting", async () => {
  const room = newRoom()
  const ada = await publisher(room)
  const bob = await reader(room, (proxy) => proxy.blockWebSockets())
  const noise = collect(ada, "user_offline")
  bob.proxy.blockWebSockets(null)
  const back = inState(bob.client, ({ transport }) => transport === "websocket")
  let number = 0
  let isBack = false
  page.dispatchEvent(new Event("online"))
  back.then(() => (isBack = true))
  while (!isBack || number < 20) {
    await Promise.all([ada.publish("message", number), bob.room.publish("message", `own ${number}`)])
    number++
  }
  await bob.heard.until((values) => values.length >= number)
  assert.deepEqual(bob.heard.values.map(({ data }) => data), Array.from({ length: number }, (_, index) => index))
  assert.deepEqual(bob.states.values.slice(-2).map(({ name }) => name), ["connected", "connected"])
  assert.equal(noise.values.length, 0)
})
