// What waits for an answer: bounded, in order, and said again under the same id.

import assert from "node:assert/strict"
import { afterEach, test } from "node:test"
import { createOutbox } from "../src/outbox.js"
import { DEADLINE, within } from "./support/waiting.js"

let outbox
afterEach(() => outbox.clear())

function setUp(limits) {
  const sent = []
  outbox = createOutbox({ limits, send: (envelope) => !!sent.push(envelope) })
  const say = (data, options = {}) => {
    const promise = new Promise((resolve, reject) =>
      outbox.say("message", data, options, (error, answer) => (error ? reject(error) : resolve(answer))),
    )
    promise.catch(() => {})
    return promise
  }
  return {
    sent,
    say,
    connect: () => outbox.resume(() => {}),
    /** The server's answer to the message of this content. */
    answer(data, type = "ack", content = {}) {
      const { message_id } = sent.findLast((envelope) => envelope.data === data)
      return outbox.answered({ type, data: content, reply_to: message_id })
    },
  }
}

test("what is said while there is no connection is sent in order when there is one", async () => {
  const it = setUp()
  const first = it.say("a")
  it.say("b")
  assert.deepEqual(it.sent, [])
  it.connect()
  it.say("c")
  assert.deepEqual(it.sent.map(({ data }) => data), ["a", "b", "c"])
  assert.equal(it.answer("a", "ack", { seq: 1 }), true)
  assert.deepEqual(await first, { seq: 1 })
})

test("what was not answered when the connection broke is sent again with the same id, what was is not", () => {
  const it = setUp()
  it.connect()
  it.say("a")
  it.say("b")
  it.answer("a")
  outbox.suspend()
  it.connect()
  assert.deepEqual(it.sent.map(({ data }) => data), ["a", "b", "b"])
  assert.equal(it.sent[1].message_id, it.sent[2].message_id)
  assert.equal(it.answer("b"), true)
  assert.equal(it.answer("b"), false, "a second answer finds nobody waiting")
})

test("an id of one's own is kept", () => {
  const it = setUp()
  it.connect()
  it.say("a", { messageId: "mine" })
  assert.equal(it.sent[0].message_id, "mine")
})

test("a refusal rejects with the server's code", async () => {
  const it = setUp()
  it.connect()
  const said = it.say("a")
  it.answer("a", "error", { code: "forbidden", message: "No." })
  await assert.rejects(said, { name: "RealtimeError", code: "forbidden", message: "No." })
})

test("volatile is never queued: it is refused without a connection, and lost with one", async () => {
  const it = setUp()
  await assert.rejects(it.say("a", { volatile: true }), { code: "not_connected" })
  it.connect()
  assert.deepEqual(it.sent, [])
  const said = it.say("b", { volatile: true })
  outbox.suspend()
  await assert.rejects(said, { code: "connection_lost" })
  it.connect()
  assert.deepEqual(it.sent.map(({ data }) => data), ["b"])
})

test("no more wait than may by count, and the newest is the one that is refused", async () => {
  const it = setUp({ count: 2 })
  it.say("a")
  it.say("b")
  await assert.rejects(it.say("c"), { code: "queue_full" })
  it.connect()
  assert.deepEqual(it.sent.map(({ data }) => data), ["a", "b"])
})

test("no more wait than may by bytes", async () => {
  const it = setUp({ bytes: 1_000 })
  it.say("ä".repeat(300))
  await assert.rejects(it.say("ä".repeat(300)), { code: "queue_full" })
  it.say("small")
  it.connect()
  assert.equal(it.sent.length, 2)
})

test("what the server would not take is refused at once, and ends no connection", async () => {
  const it = setUp()
  it.connect()
  await assert.rejects(it.say("ä".repeat(33_000)), { code: "too_large" })
  assert.deepEqual(it.sent, [])
  it.say("ä".repeat(32_000))
  assert.equal(it.sent.length, 1)
})

test("nothing is refused for its number while there is a connection", () => {
  const it = setUp({ count: 2 })
  it.connect()
  for (let number = 0; number < 10; number++) it.say(number)
  assert.equal(it.sent.length, 10)
})

test("what has waited too long is given up, and not sent", async () => {
  const it = setUp({ age: 20 })
  await assert.rejects(within(DEADLINE, it.say("a"), "end"), { code: "expired" })
  it.connect()
  assert.deepEqual(it.sent, [])
})

test("rate_limited is honoured: silence for as long as it says, then again, in order", async () => {
  const it = setUp()
  it.connect()
  it.say("a")
  it.say("b")
  it.answer("a", "error", { code: "rate_limited", message: "Slowly.", retry_after_ms: 30 })
  const last = it.say("c")
  await assert.rejects(it.say("typing", { volatile: true }), { code: "rate_limited" })
  assert.equal(it.sent.length, 2)
  const sentAgain = new Promise((resolve) => {
    it.sent.push = (envelope) => {
      if (envelope.data === "c") resolve()
      return Array.prototype.push.call(it.sent, envelope)
    }
  })
  await within(DEADLINE, sentAgain, "c")
  assert.deepEqual(it.sent.map(({ data }) => data), ["a", "b", "a", "c"])
  it.answer("c")
  await last
})

test("when there will be no connection, all that waits is told", async () => {
  const it = setUp()
  const said = it.say("a")
  outbox.clear()
  await assert.rejects(said, { code: "disconnected" })
})
