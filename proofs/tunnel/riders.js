// The riders of the train: clients that listen, write and lose their connections, each behind a proxy of its own. What
// they heard goes into a ledger, which others check.
//
//   node riders.js PLAN.json LEDGER.json

import { readFileSync, writeFileSync } from "node:fs"
import { createClient } from "../../Clients/javascript/src/realtime.js"
import { backend } from "../../Clients/javascript/test/support/api.js"
import { startProxy } from "../../Clients/javascript/test/support/proxy.js"
import { token } from "../../Clients/javascript/test/support/tokens.js"
import { WebSocket } from "../../Clients/javascript/test/support/websocket.js"

const [plan, target] = [JSON.parse(readFileSync(process.argv[2], "utf8")), process.argv[3]]
const api = backend({ url: `http://${plan.server.host}:${plan.server.port}` })
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const chance = seeded(plan.seed)
const between = (low, high) => low + chance() * (high - low)

/** The same faults for the same seed: xorshift. */
function seeded(seed) {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

class Rider {
  rooms = new Map()
  heard = {}
  notifications = []
  cuts = 0
  gaps = 0

  used = { websocket: 0, sse: 0, longpoll: 0 }

  constructor({ name, user, transports }, proxy) {
    Object.assign(this, { name, user, transports, proxy })
    this.client = createClient({
      url: proxy.url, WebSocket, transports, deviceId: name, token: token(user, { device_id: name }), backoff: plan.backoff,
    })
    this.client.notifications.on("notification", ({ notification_id, seq }) => {
      this.notifications.push({ id: notification_id, seq })
    })
    this.client.on("state", ({ name, transport }) => {
      if (name === "connected") this.used[transport] += 1
    })
    for (const id of plan.rooms) this.#listen(id)
  }

  async start() {
    this.client.connect()
    await Promise.all([...this.rooms.values()].map((room) => room.join()))
  }

  #listen(id) {
    const room = this.client.room(id)
    const heard = (this.heard[id] = [])
    this.rooms.set(id, room)
    room.on("message", ({ seq, data }) => heard.push({ is: "message", seq, said: data.content }))
    room.on("gap", () => {
      this.gaps += 1
      heard.push({ is: "gap" })
    })
  }

  /** Loses its connection again and again, while `goesOn` says so. */
  async lose(goesOn, count) {
    while (goesOn()) {
      await sleep(between(100, 2_500))
      if (this.proxy.connections === 0) continue
      const fault = chance()
      if (fault < 0.2) {
        // First nothing passes for a while, as in a tunnel.
        this.proxy.hang()
        await sleep(between(200, 2_000))
        this.proxy.hang(false)
      }
      if (this.proxy.connections === 0 || !goesOn()) continue
      if (this.transports.length > 1) this.#blockSome()
      this.proxy.cut()
      this.cuts += 1
      count()
      if (fault > 0.8) {
        this.proxy.refuse()
        await sleep(between(100, 1_000))
        this.proxy.refuse(false)
      }
    }
  }

  /** Whoever may choose comes to where there is no WebSocket, or nothing but plain requests, and away from there. */
  #blockSome() {
    const place = chance()
    this.proxy.blockWebSockets(place < 0.3 ? "refuse" : place < 0.4 ? "hang" : null)
    this.proxy.blockStreams(place < 0.2)
  }

  /** What it has written, each with the place that it was told. */
  async write(goesOn, published) {
    const writes = []
    for (let number = 1; goesOn(); number++) {
      await sleep(between(500, 1_500))
      for (const [id, room] of this.rooms) {
        const said = `${this.name} ${number}`
        const acknowledged = room.publish("chat_message", { content: said })
        writes.push(acknowledged.then(({ seq }) => published.push({ room: id, said, seq })))
      }
    }
    return Promise.all(writes)
  }

  isThrough(final, notified) {
    const wanted = notified.filter(({ user }) => user === this.user).length
    const isCurrent = ([id, room]) => room.joined && room.position?.seq === final[id]
    return this.notifications.length >= wanted && [...this.rooms].every(isCurrent)
  }

  get record() {
    const members = [...this.rooms].map(([id, room]) => [id, room.members.map(({ user_id }) => user_id)])
    const { name, user, heard, notifications, cuts, gaps, used } = this
    return { name, user, rooms: heard, notifications, cuts, gaps, used, members: Object.fromEntries(members) }
  }
}

/** Notifies everybody again and again; one that gets no answer is sent again with its key, until it has one. */
async function notify(users, goesOn, notified) {
  const sends = []
  for (let number = 1; goesOn(); number++) {
    await sleep(1_000 / plan.notificationsPerSecond)
    const user = users[number % users.length]
    sends.push(insist(() => api.notify(user, `number ${number}`, { idempotency_key: `${plan.seed}-${number}` })).then(
      ({ notifications: [{ notification_id, seq }] }) => notified.push({ user, id: notification_id, seq })))
  }
  return Promise.all(sends)
}

async function insist(send) {
  for (let tries = 1; ; tries++) {
    try {
      return await send()
    } catch (error) {
      if (tries === 20) throw error
      await sleep(200)
    }
  }
}

/** Ends the run where something that has nothing to do with the promises does not happen. */
function within(promise, complaint) {
  const late = setTimeout(() => {
    console.error(`prove-client: ${complaint} within ${plan.patience} s`)
    process.exit(1)
  }, plan.patience * 1_000)
  return promise.finally(() => clearTimeout(late))
}

async function main() {
  const proxies = await Promise.all(plan.riders.map(() => startProxy(plan.server)))
  const riders = plan.riders.map((rider, index) => new Rider(rider, proxies[index]))
  await within(Promise.all(riders.map((rider) => rider.start())), "the clients did not all come in")

  const [published, notified] = [[], []]
  let cuts = 0
  const goesOn = () => cuts < plan.cuts
  const users = [...new Set(riders.map(({ user }) => user))]
  const began = Date.now()
  const work = [...riders.map((rider) => rider.write(goesOn, published)), notify(users, goesOn, notified)]
  await Promise.all(riders.map((rider) => rider.lose(goesOn, () => process.stdout.write(`cut ${++cuts}\n`))))
  const cutFor = Date.now() - began
  await within(Promise.all(work), "what was written was not all acknowledged")

  const final = Object.fromEntries(plan.rooms.map((id) => [id, 0]))
  for (const { room, seq } of published) final[room] = Math.max(final[room], seq)
  const deadline = Date.now() + plan.patience * 1_000
  while (Date.now() < deadline && !riders.every((rider) => rider.isThrough(final, notified))) await sleep(50)
  const settledAfter = Date.now() - began - cutFor
  // Whoever is told of once too often is told of now.
  await sleep(plan.silence * 1_000)

  writeFileSync(target, JSON.stringify({
    final, published, notified, riders: riders.map((rider) => rider.record), cutFor, settledAfter,
  }))
  for (const rider of riders) rider.client.disconnect()
  process.exit(0)
}

await main()
