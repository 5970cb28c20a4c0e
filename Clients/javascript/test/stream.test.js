// A room's order: each once, no hole passed on in silence, and one's own messages in their places.

import assert from "node:assert/strict"
import { test } from "node:test"
import { createStream } from "../src/stream.js"

function setUp() {
  const seen = []
  const stream = createStream({
    deliver: ({ seq }) => seen.push(seq),
    heal: () => seen.push("heal"),
    lose: () => seen.push("gap"),
    isMine: ({ type, user_id }) => type === "message" && user_id === "me",
  })
  stream.reset({ epoch: "E", seq: 0 })
  return { seen, stream, push: (seq, user_id = "other") => stream.push({ type: "message", seq, user_id }) }
}

test("what comes in order is passed on, and what comes again is not", () => {
  const { seen, stream, push } = setUp()
  for (const seq of [1, 2, 2, 1, 3, 2]) push(seq)
  assert.deepEqual(seen, [1, 2, 3])
  assert.deepEqual(stream.position, { epoch: "E", seq: 3 })
})

test("a hole is not passed on: what is missing is asked for, and all comes in order", () => {
  const { seen, push } = setUp()
  push(1)
  push(3)
  assert.deepEqual(seen, [1, "heal"])
  for (const seq of [2, 3, 4]) push(seq)
  assert.deepEqual(seen, [1, "heal", 2, 3, 4])
})

test("a hole that stays after asking is said, and the stream goes on", () => {
  const { seen, push } = setUp()
  push(2)
  push(2)
  push(3)
  assert.deepEqual(seen, ["heal", "gap", 2, 3])
})

test("one's own message fills its place unseen, whether its answer comes before or after what follows", () => {
  const before = setUp()
  before.stream.sent()
  before.stream.answered(1, true)
  before.push(2)
  assert.deepEqual(before.seen, [2])

  const after = setUp()
  after.stream.sent()
  after.push(2)
  assert.deepEqual(after.seen, [])
  after.stream.answered(1, true)
  assert.deepEqual(after.seen, [2])
})

test("the position counts one's own messages, so that they are not sent again", () => {
  const { stream } = setUp()
  for (const seq of [1, 2, 3]) {
    stream.sent()
    stream.answered(seq, true)
  }
  assert.equal(stream.position.seq, 3)
})

test("an event that comes back to its sender is passed on once, whether the answer or the echo is first", () => {
  const first = setUp()
  first.stream.sent()
  first.stream.answered(1)
  assert.deepEqual(first.seen, [])
  first.push(1, "me")
  const second = setUp()
  second.stream.sent()
  second.stream.push({ type: "chat_message", seq: 1, user_id: "me" })
  second.stream.answered(1)
  for (const { seen, push } of [first, second]) {
    push(2)
    assert.deepEqual(seen, [1, 2])
  }
})

test("an event of one's own that others alone get leaves no hole", () => {
  const { seen, stream, push } = setUp()
  stream.sent()
  stream.answered(1)
  push(2)
  assert.deepEqual(seen, [2])
})

test("a replay of one's own message is held until it is known whose it is", () => {
  const mine = setUp()
  mine.stream.sent()
  mine.push(1, "me")
  mine.push(2)
  assert.deepEqual(mine.seen, [])
  mine.stream.answered(1, true)
  assert.deepEqual(mine.seen, [2])

  const otherDevice = setUp()
  otherDevice.stream.sent()
  otherDevice.push(1, "me")
  otherDevice.stream.answered(undefined)
  assert.deepEqual(otherDevice.seen, [1])
})

test("a hole while an answer is awaited is no loss until the answer is there", () => {
  const { seen, stream, push } = setUp()
  stream.sent()
  push(3)
  assert.deepEqual(seen, [])
  stream.answered(1, true)
  assert.deepEqual(seen, ["heal"])
})

test("it does not wait for ever for an answer, nor with more than it can hold", () => {
  const { seen, stream, push } = setUp()
  stream.sent()
  for (let seq = 2; seq < 2_002; seq++) push(seq)
  assert.deepEqual(seen, ["heal"])
})

test("another epoch begins anew", () => {
  const { seen, stream, push } = setUp()
  push(1)
  stream.reset({ epoch: "F", seq: 7 })
  for (const seq of [2, 7, 8]) push(seq)
  assert.deepEqual(seen, [1, 8])
})

test("what is replayed is waited for, though the answer to one's own and what is new come first", () => {
  const { seen, stream, push } = setUp()
  push(1)
  stream.sent()
  stream.joined({ epoch: "E", seq: 3 }, true)
  push(4)
  stream.answered(2)
  assert.deepEqual(seen, [1])
  for (const seq of [2, 3, 4]) push(seq)
  assert.deepEqual(seen, [1, 2, 3, 4])
})

test("what is missing behind the replay is asked for as ever", () => {
  const { seen, stream, push } = setUp()
  stream.joined({ epoch: "E", seq: 1 }, true)
  push(1)
  push(3)
  assert.deepEqual(seen, [1, "heal"])
})
