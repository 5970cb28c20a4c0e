// Rooms of a real server over connections that break: nothing lost, nothing twice, nothing out of order, no false word.

import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { startWorld, TRANSPORTS } from "./support/clients.js"
import { collect, eventually, inState, next } from "./support/waiting.js"

let world
before(async () => {
  world = await startWorld({ flags: ["--presence-grace", "500ms", "--history-count", "50"] })
})
after(() => world.end())

const contents = (envelopes) => envelopes.map(({ data }) => data)

for (const transport of TRANSPORTS) describe(`over ${transport}`, () => {
  const connect = (user) => world.connect(user, { transports: [transport] })

  /** Two users in a room of their own. */
  async function pair(room) {
    const [ada, bob] = await Promise.all([connect("ada"), connect("bob")])
    for (const side of [ada, bob]) {
      side.room = side.client.room(`${transport} ${room}`)
      await side.room.join()
    }
    if (ada.room.members.length < 2) await next(ada.room, "members")
    return { ada, bob }
  }

  /** Cuts a client off, and lets it come back. */
  async function loseAndRegain({ client, proxy }) {
    proxy.refuse()
    proxy.cut()
    await inState(client, "reconnecting")
    proxy.refuse(false)
    await next(client, "connected")
  }

  test("who joins learns who is there, and those who are there that somebody came", async () => {
    const { client: ada } = await connect("ada")
    const room = ada.room(`${transport} who`)
    const joined = await room.join({ name: "Who", status: "busy" })
    assert.equal(joined.status, "created_new")
    assert.equal(room.name, "Who")
    assert.deepEqual(room.members.map(({ user_id, status }) => [user_id, status]), [["ada", "busy"]])

    const { client: bob } = await connect("bob")
    const came = next(room, "members")
    await bob.room(`${transport} who`).join()
    assert.deepEqual((await came).map(({ user_id }) => user_id), ["ada", "bob"])

    const said = next(room, "members")
    await bob.setPresence("away", { note: "lunch" })
    const [, member] = await said
    assert.deepEqual([member.status, member.custom], ["away", { note: "lunch" }])

    const left = next(room, "members")
    bob.room(`${transport} who`).leave()
    assert.deepEqual((await left).map(({ user_id }) => user_id), ["ada"])
  })

  test("the same id is the same room", async () => {
    const { client } = await world.make("ada", { transports: [transport] })
    assert.equal(client.room(`${transport} same`), client.room(`${transport} same`))
  })

  test("who asks for what the room still has gets it before what is new, each once", async () => {
    const { ada, bob } = await pair("from the beginning")
    for (const number of [1, 2]) await ada.room.publish("message", number)
    const { client } = await connect("carol")
    const room = client.room(`${transport} from the beginning`)
    const heard = collect(room, "message")
    const { position } = await room.join()
    const again = await room.join({ since: { ...position, seq: 0 } })
    assert.equal(again.recovered, true)
    await bob.room.publish("message", 3)
    await heard.until((values) => values.length === 3)
    assert.deepEqual(contents(heard.values), [1, 2, 3])
  })

  test("of two joins at once the last one counts, and both are answered", async () => {
    const { ada } = await pair("twice")
    await ada.room.publish("message", 1)
    const { client } = await connect("carol")
    const room = client.room(`${transport} twice`)
    const heard = collect(room, "message")
    const { epoch } = ada.room.position
    const joins = [room.join(), room.join({ since: { epoch, seq: 0 } }), room.join()]
    assert.deepEqual((await Promise.all(joins)).map(({ recovered }) => recovered), [true, true, true])
    await heard.until((values) => values.length === 1)
  })

  test("who asks for more than the room still has is told that there is a gap", async () => {
    const { ada } = await pair("forgotten")
    for (let number = 0; number < 60; number++) await ada.room.publish("message", number)
    const { client } = await connect("carol")
    const room = client.room(`${transport} forgotten`)
    const { position } = await room.join()
    const gap = next(room, "gap")
    assert.equal((await room.join({ since: { ...position, seq: 0 } })).recovered, false)
    await gap
  })

  test("a join before the connection is made when it is there", async () => {
    const { client } = await world.make("ada", { transports: [transport] })
    const joining = client.room(`${transport} early`).join()
    client.connect()
    assert.equal((await joining).position.seq, 0)
  })

  test("a refused join rejects, and is not tried again", async () => {
    const { client } = await connect("ada")
    await assert.rejects(client.room(`${transport} absent`).join({ create: false }), { code: "room_not_found" })
    assert.equal(client.room(`${transport} absent`).joined, false)
  })

  test("what is published comes to the others with its seq, which the publisher learns", async () => {
    const { ada, bob } = await pair("publish")
    const got = next(bob.room, "message")
    const { seq } = await ada.room.publish("message", { text: "hello" })
    const envelope = await got
    assert.equal(envelope.seq, seq)
    assert.equal(envelope.user_id, "ada")
    assert.deepEqual(envelope.data, { text: "hello" })
  })

  test("a listener hears until it is undone, and one that throws keeps nobody else from hearing", async (context) => {
    const { ada, bob } = await pair("listeners")
    context.mock.method(console, "error", () => {})
    const undone = collect({ on: () => {} }, "")
    bob.room.on("chat_message", () => {
      throw new Error("a listener's own trouble")
    })
    const undo = bob.room.on("chat_message", (envelope) => undone.values.push(envelope))
    const kept = collect(bob.room, "chat_message")
    await ada.room.publish("chat_message", { content: "1" })
    await kept.until((values) => values.length === 1)
    undo()
    await ada.room.publish("chat_message", { content: "2" })
    await kept.until((values) => values.length === 2)
    assert.equal(undone.values.length, 1)
  })

  test("typing comes to the others, and is not repeated for every key", async () => {
    const { ada, bob } = await pair("typing")
    const typing = collect(bob.room, "typing")
    for (let key = 0; key < 20; key++) ada.room.typing()
    ada.room.typing(false)
    await typing.until((values) => values.length >= 2)
    assert.deepEqual(contents(typing.values), [{ active: true }, { active: false }])
  })

  test("cut while others publish: what was missed comes, once and in order, and recovered is said", async () => {
    const { ada, bob } = await pair("missed")
    const got = collect(bob.room, "message")
    const back = collect(bob.room, "joined")
    for (let number = 1; number <= 30; number++) {
      if (number % 10 === 5) bob.proxy.cut()
      await ada.room.publish("message", number)
    }
    await got.until((values) => values.length >= 30)
    assert.deepEqual(contents(got.values), Array.from({ length: 30 }, (_, index) => index + 1))
    assert.ok(back.values.every(({ recovered }) => recovered))
    // A fallback may go on where it was.
    assert.ok(back.values.length > 0 || transport !== "websocket")
  })

  test("cut mid-publish: what the server has and could not answer is there once, for everybody", async () => {
    const { ada, bob } = await pair("unanswered")
    const theirs = collect(bob.room, "message")
    const mine = collect(ada.room, "message")
    for (let number = 1; number <= 5; number++) {
      const cut = ada.proxy.cutBefore('"ack"')
      const published = ada.room.publish("message", number)
      await cut
      assert.equal((await published).seq, number)
    }
    await bob.room.publish("message", "end")
    await theirs.until((values) => values.length >= 5)
    await mine.until((values) => values.length >= 1)
    assert.deepEqual(contents(theirs.values), [1, 2, 3, 4, 5])
    assert.deepEqual(contents(mine.values), ["end"], "one's own messages come to others only, replayed or not")
  })

  test("published while away: it waits, and is sent once and in order", async () => {
    const { ada, bob } = await pair("away")
    const got = collect(bob.room, "message")
    ada.proxy.refuse()
    ada.proxy.cut()
    await inState(ada.client, "reconnecting")
    const published = [1, 2, 3].map((number) => ada.room.publish("message", number))
    ada.proxy.refuse(false)
    await Promise.all(published)
    await got.until((values) => values.length >= 3)
    assert.deepEqual(contents(got.values), [1, 2, 3])
  })

  test("volatile while away is refused", async () => {
    const { ada } = await pair("volatile")
    ada.proxy.refuse()
    ada.proxy.cut()
    await inState(ada.client, "reconnecting")
    await assert.rejects(ada.room.publish("message", 1, { volatile: true }), { code: "not_connected" })
  })

  test("more was missed than the room holds: recovered is false, a gap is said, and the stream goes on", async () => {
    const { ada, bob } = await pair("too-much")
    const got = collect(bob.room, "message")
    const gap = next(bob.room, "gap")
    bob.proxy.refuse()
    bob.proxy.cut()
    await Promise.all(Array.from({ length: 60 }, (_, number) => ada.room.publish("message", number)))
    const back = next(bob.room, "joined")
    bob.proxy.refuse(false)
    assert.equal((await back).recovered, false)
    await gap
    await ada.room.publish("message", "after")
    await got.until((values) => values.length >= 1)
    assert.deepEqual(contents(got.values), ["after"])
  })

  test("a reconnect within the grace makes no noise for the others, and one that stays away is told once", async () => {
    const { ada, bob } = await pair("grace")
    const coming = collect(ada.room, "user_online")
    const going = collect(ada.room, "user_offline")
    await loseAndRegain(bob)
    await ada.room.publish("message", "a message after it")
    assert.deepEqual([coming.values.length, going.values.length], [0, 0])
    bob.client.disconnect()
    await going.until((values) => values.length === 1)
    await eventually(() => ada.room.members.length, (count) => count === 1)
  })

  test("killed -9 and started again: the client comes back by itself, and says that it may have missed something", async () => {
    const { ada, bob } = await pair("killed")
    await ada.room.publish("message", "before")
    const gap = next(bob.room, "gap")
    const back = next(bob.room, "joined")
    const whole = next(bob.client, "connected")
    await world.server.kill()
    await Promise.all([inState(ada.client, "reconnecting"), inState(bob.client, "reconnecting")])
    const published = ada.room.publish("message", "meanwhile")
    await world.server.start()
    assert.equal((await back).recovered, false)
    assert.equal((await whole).recovered, false)
    await gap
    assert.equal((await published).seq, 1)
  })

  test("a room that was left is not joined again", async () => {
    const { ada, bob } = await pair("left")
    const left = next(bob.room, "left")
    bob.room.leave()
    assert.deepEqual(await left, { reason: "left" })
    const names = () => ada.room.members.map(({ user_id }) => user_id).join()
    await eventually(names, (names) => names === "ada")
    await loseAndRegain(bob)
    await bob.client.room(`${transport} elsewhere`).join()
    await ada.room.publish("message", "what came before this has come")
    assert.equal(names(), "ada")
    assert.equal(bob.room.joined, false)
  })

  test("a message to one user comes to that one alone, and says when nobody was there", async () => {
    const { ada, bob } = await pair("direct")
    const got = next(bob.client, "message", ({ type }) => type === "message")
    assert.equal((await ada.client.send("message", "psst", { roomId: `${transport} direct`, recipientId: "bob" })).delivered, 1)
    assert.equal((await got).data, "psst")
    assert.equal((await ada.client.send("message", "psst", { roomId: `${transport} direct`, recipientId: "eve" })).delivered, 0)
  })
})
