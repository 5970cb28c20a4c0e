// When it connects, with what, and when it stops: event by event, by a clock that only the test moves.

import assert from "node:assert/strict"
import { test } from "node:test"
import { createMachine } from "../src/machine.js"

const ALL = ["websocket", "sse", "longpoll"]

/** A machine whose pauses are as long as they can be, and what a test says to it. */
function setUp({ transports = ALL, renewable = true, random = () => 1 } = {}) {
  const machine = createMachine({ transports, renewable, random })
  let now = 1_000_000
  let link = 0
  const say = (event) => {
    const actions = machine.step(event, now)
    for (const action of actions) if (action.type === "open") link = action.link
    return actions
  }
  return {
    machine,
    say,
    get now() {
      return now
    },
    get link() {
      return link
    },
    /** Time goes on to what is due next; gives what is done then. */
    next() {
      assert.notEqual(machine.wakeAt, Infinity, "nothing is due")
      now = Math.max(now, machine.wakeAt)
      return say({ type: "tick" })
    },
    pass(milliseconds) {
      now += milliseconds
      return say({ type: "tick" })
    },
    connect() {
      say({ type: "connect" })
      return this.ready()
    },
    ready() {
      say({ type: "opening", link })
      return say({ type: "ready", link, heartbeat: 25_000 })
    },
    lose: (code, retryAfter) => say({ type: "lost", link, code, retryAfter }),
  }
}

test("it connects when it is told to, and says so", () => {
  const it = setUp()
  assert.equal(it.machine.state.name, "idle")
  assert.deepEqual(it.say({ type: "connect" }), [{ type: "open", link: 1, transport: "websocket", fresh: false }])
  assert.equal(it.machine.state.name, "connecting")
  assert.deepEqual(it.ready(), [{ type: "use", link: 1 }])
  assert.deepEqual(it.machine.state, {
    name: "connected", transport: "websocket", reason: null, willRetry: true, retryAt: null,
  })
})

test("pauses between attempts double from 500 ms to 20 s, with chance in all of it", () => {
  const pauses = (random) => {
    const it = setUp({ transports: ["websocket"], random })
    it.connect()
    return Array.from({ length: 8 }, () => {
      it.lose(1006)
      const pause = it.machine.state.retryAt - it.now
      it.next()
      return pause
    })
  }
  assert.deepEqual(pauses(() => 1), [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000])
  assert.deepEqual(pauses(() => 0.5), [250, 500, 1000, 2000, 4000, 8000, 10000, 10000])
  assert.deepEqual(pauses(() => 0), [0, 0, 0, 0, 0, 0, 0, 0])
})

test("a loss within five seconds of connecting is not the first one again", () => {
  const it = setUp()
  it.connect()
  it.lose(1006)
  it.next()
  it.ready()
  it.pass(4_999)
  it.lose(1006)
  assert.equal(it.machine.state.retryAt - it.now, 1_000)
  it.next()
  it.ready()
  it.pass(5_000)
  it.lose(1006)
  assert.equal(it.machine.state.retryAt - it.now, 500)
})

test("every close code has its reason, and those that may not come back don't", () => {
  const outcomes = [1006, 1001, 1009, 4408, 4429, 4503, 4507, 4400, 4403, 4409].map((code) => {
    const it = setUp()
    it.connect()
    it.lose(code)
    const { name, reason, willRetry } = it.machine.state
    return [code, name, reason, willRetry, it.machine.wakeAt < Infinity]
  })
  assert.deepEqual(outcomes, [
    [1006, "reconnecting", "network", true, true],
    [1001, "reconnecting", "server", true, true],
    [1009, "reconnecting", "network", true, true],
    [4408, "reconnecting", "network", true, true],
    [4429, "reconnecting", "rate_limited", true, true],
    [4503, "reconnecting", "server", true, true],
    [4507, "reconnecting", "too_slow", true, true],
    [4400, "disconnected", "malformed", false, false],
    [4403, "disconnected", "forbidden", false, false],
    [4409, "disconnected", "replaced", false, false],
  ])
})

test("it comes back no sooner than the server said, whatever the browser or the user wishes", () => {
  for (const hurry of ["pageshow", "online", "connect"]) {
    const it = setUp()
    it.connect()
    it.lose(4429, 7_000)
    assert.equal(it.machine.state.retryAt - it.now, 7_500)
    assert.deepEqual(it.say({ type: hurry }), [])
    assert.deepEqual(it.pass(6_999), [])
    assert.equal(it.pass(1)[0].type, "open")
  }
})

test("a refused token is asked for again at once, and a second refusal is the end", () => {
  const it = setUp()
  it.connect()
  assert.deepEqual(it.lose(4401), [{ type: "open", link: 2, transport: "websocket", fresh: true }])
  assert.equal(it.machine.state.name, "reconnecting")
  it.lose(4401)
  assert.deepEqual(it.machine.state, {
    name: "disconnected", transport: null, reason: "unauthenticated", willRetry: false, retryAt: null,
  })
})

test("a token that is taken and refused again before the connection was stable is no loop", () => {
  const it = setUp()
  it.connect()
  it.lose(4401)
  it.ready()
  it.lose(4401)
  assert.equal(it.machine.state.name, "disconnected")
})

test("a refusal long after the last one begins anew", () => {
  const it = setUp()
  it.connect()
  it.lose(4401)
  it.ready()
  it.pass(5_000)
  assert.equal(it.lose(4401)[0].fresh, true)
})

test("who has no other token is refused once", () => {
  const it = setUp({ renewable: false })
  it.connect()
  it.lose(4401)
  assert.equal(it.machine.state.name, "disconnected")
})

test("nobody being signed in is the end; getToken failing is not, and is no transport's fault", () => {
  const it = setUp()
  it.say({ type: "connect" })
  for (let times = 0; times < 5; times++) {
    it.lose("token")
    assert.equal(it.machine.state.reason, "token")
    assert.equal(it.next()[0].transport, "websocket")
  }
  it.lose("nobody")
  assert.equal(it.machine.state.name, "disconnected")
  assert.equal(it.machine.state.reason, "unauthenticated")
})

test("disconnect is final until connect", () => {
  const it = setUp()
  it.connect()
  assert.deepEqual(it.say({ type: "disconnect" }), [{ type: "close", link: 1 }])
  assert.equal(it.machine.state.reason, "closed_by_user")
  for (const type of ["pageshow", "online", "offline", "online", "pagehide", "tick"]) assert.deepEqual(it.say({ type }), [])
  assert.equal(it.machine.wakeAt, Infinity)
  assert.equal(it.say({ type: "connect" })[0].type, "open")
  assert.equal(it.machine.state.name, "connecting")
})

test("what an earlier attempt says late is not heard", () => {
  const it = setUp()
  it.connect()
  it.lose(1006)
  it.next()
  const { state } = it.machine
  it.say({ type: "lost", link: 1, code: 4403 })
  it.say({ type: "ready", link: 1, heartbeat: 1 })
  assert.equal(it.machine.state, state)
})

test("offline: reconnecting at once and without attempts; online: an attempt at once", () => {
  const it = setUp()
  it.connect()
  assert.deepEqual(it.say({ type: "offline" }), [{ type: "close", link: 1 }])
  const { name, reason, retryAt } = it.machine.state
  assert.deepEqual([name, reason, retryAt], ["reconnecting", "offline", null])
  assert.equal(it.machine.wakeAt, Infinity)
  assert.equal(it.say({ type: "online" })[0].type, "open")
})

test("a page that is shown again tries at once instead of waiting", () => {
  const it = setUp()
  it.connect()
  it.lose(1006)
  assert.equal(it.say({ type: "pageshow" })[0].type, "open")
  assert.deepEqual(it.say({ type: "pageshow" }), [], "an attempt that is under way is left alone")
})

test("a page that is shown again asks a connection for a sign of life, and does not wait long for it", () => {
  const it = setUp()
  it.connect()
  assert.deepEqual(it.say({ type: "pageshow" }), [{ type: "ping", link: 1 }])
  assert.deepEqual(it.pass(4_999), [])
  assert.deepEqual(it.pass(1), [{ type: "close", link: 1 }])
  assert.equal(it.machine.state.reason, "network")
})

test("a silent connection is asked after one heartbeat and given up after two", () => {
  const it = setUp()
  it.connect()
  assert.deepEqual(it.pass(24_999), [])
  assert.deepEqual(it.pass(1), [{ type: "ping", link: 1 }])
  it.pass(20_000)
  it.say({ type: "heard" })
  assert.deepEqual(it.pass(24_999), [])
  assert.deepEqual(it.pass(1), [{ type: "ping", link: 1 }])
  assert.deepEqual(it.pass(25_000), [{ type: "close", link: 1 }])
  assert.equal(it.machine.state.name, "reconnecting")
})

test("two WebSockets that can't be opened, and it goes on over the next transport, and so round", () => {
  const it = setUp()
  it.say({ type: "connect" })
  const tried = []
  for (let times = 0; times < 6; times++) {
    tried.push(it.machine.state.transport)
    it.lose(1006)
    it.next()
  }
  assert.deepEqual(tried, ["websocket", "websocket", "sse", "longpoll", "websocket", "websocket"])
})

test("one WebSocket that nobody answers for five seconds is enough", () => {
  const it = setUp()
  it.say({ type: "connect" })
  it.say({ type: "opening", link: 1 })
  assert.deepEqual(it.pass(4_999), [])
  assert.deepEqual(it.pass(1), [{ type: "close", link: 1 }])
  assert.equal(it.next()[0].transport, "sse")
})

test("the five seconds begin when the token is there", () => {
  const it = setUp()
  it.say({ type: "connect" })
  assert.deepEqual(it.pass(10_000), [])
  it.say({ type: "opening", link: 1 })
  assert.deepEqual(it.pass(4_999), [])
})

test("a server that answers with a code of its own is not a transport that fails", () => {
  const it = setUp()
  it.say({ type: "connect" })
  for (let times = 0; times < 5; times++) {
    it.lose(4503)
    assert.equal(it.next()[0].transport, "websocket")
  }
})

test("connections that break do not make it fall back", () => {
  const it = setUp()
  it.connect()
  for (let times = 0; times < 5; times++) {
    it.lose(1006)
    assert.equal(it.next()[0].transport, "websocket")
    it.ready()
  }
})

/** On server-sent events, as no WebSocket could be opened. */
function fallenBack() {
  const it = setUp()
  it.say({ type: "connect" })
  it.lose("silent")
  it.next()
  it.ready()
  assert.equal(it.machine.state.transport, "sse")
  return it
}

/** Until the better transport is tried; what carries meanwhile shows that it is alive. */
function untilBetter(it) {
  for (;;) {
    const [action] = it.next()
    if (action?.type === "open") return action
    it.say({ type: "heard" })
  }
}

test("a fallback gives way to a WebSocket within seconds, without a moment of reconnecting", () => {
  const it = fallenBack()
  const began = it.now
  const sse = it.link
  const { link, transport } = untilBetter(it)
  assert.equal(it.now - began, 5_000)
  assert.equal(transport, "websocket")
  assert.equal(it.machine.state.name, "connected")
  assert.deepEqual(it.ready(), [{ type: "close", link: sse }, { type: "use", link }])
  assert.deepEqual([it.machine.state.name, it.machine.state.transport], ["connected", "websocket"])
})

test("a WebSocket that can still not be had leaves the fallback as it is", () => {
  for (const fail of [(it) => it.lose(1006), (it) => (it.say({ type: "opening", link: it.link }), it.pass(5_000))]) {
    const it = fallenBack()
    untilBetter(it)
    fail(it)
    assert.deepEqual([it.machine.state.name, it.machine.state.transport], ["connected", "sse"])
    const failed = it.now
    assert.equal(untilBetter(it).transport, "websocket")
    assert.equal(it.now - failed, 60_000)
  }
})

test("when the network comes back a fallback looks for a WebSocket at once", () => {
  const it = fallenBack()
  assert.deepEqual(it.say({ type: "online" }).map(({ type }) => type), ["ping", "open"])
})

test("a fallback that is lost while a WebSocket is tried beside it takes that along", () => {
  const it = fallenBack()
  const sse = it.link
  const { link } = untilBetter(it)
  assert.deepEqual(it.say({ type: "lost", link: sse, code: 1006 }), [{ type: "close", link }])
  assert.equal(it.machine.state.name, "reconnecting")
  assert.equal(it.next()[0].transport, "sse")
})

test("a page that is put away ends a fallback's session, and has it again when it is shown", () => {
  const it = fallenBack()
  assert.deepEqual(it.say({ type: "pagehide" }), [{ type: "close", link: it.link }])
  assert.equal(it.say({ type: "pageshow" })[0].type, "open")
  const socket = setUp()
  socket.connect()
  assert.deepEqual(socket.say({ type: "pagehide" }), [])
})
