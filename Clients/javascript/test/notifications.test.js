// Notifications of a real server with its database: told once, acknowledged when they have been, and a list that is true.

import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { createNotifications } from "../src/notifications.js"
import { backend } from "./support/api.js"
import { startWorld, TRANSPORTS } from "./support/clients.js"
import { collect, eventually, inState, next } from "./support/waiting.js"

let world
let api
before(async () => {
  world = await startWorld({ database: true, flags: ["--ack-timeout", "300ms"] })
  api = backend(world.server)
})
after(() => world.end())

let users = 0
/** Somebody whom no other test knows. */
const somebody = () => `user-${++users}`
const titles = (items) => items.map(({ title }) => title)
const acknowledged = (id) => eventually(() => api.notification(id), ({ state }) => state === "acknowledged")

async function notify(user, title, more) {
  return (await api.notify(user, title, more)).notifications[0].notification_id
}

/** Until the list and the counts are as asked. */
const shown = (inbox, accept) => (accept(inbox) ? inbox : next(inbox, "change", accept))

test("a listener that throws: not acknowledged, and told again until one goes well", async (context) => {
  context.mock.method(console, "error", () => {})
  const user = somebody()
  const { client } = await world.connect(user)
  const attempts = []
  client.notifications.on("notification", ({ attempt }) => {
    attempts.push(attempt)
    if (attempts.length < 3) throw new Error("not yet")
  })
  const id = await notify(user, "Again")
  await acknowledged(id)
  assert.deepEqual(attempts, [1, 2, 3])
})

test("a listener's promise is awaited before the acknowledgement, and before the next one", async () => {
  const user = somebody()
  const { client } = await world.connect(user)
  const order = []
  let finish
  client.notifications.on("notification", async ({ title }) => {
    order.push(title)
    if (title === "1") await new Promise((resolve) => (finish = resolve))
  })
  const first = await notify(user, "1")
  const second = await notify(user, "2")
  await eventually(() => client.notifications.items.length === 2)
  await eventually(() => api.notification(first), ({ timeline }) => timeline.some(({ event, attempts }) => event === "sent"))
  assert.equal((await api.notification(first)).state, "delivered")
  assert.deepEqual(order, ["1"])
  finish()
  await Promise.all([first, second].map(acknowledged))
  assert.deepEqual(order, ["1", "2"])
})

test("what came before anybody listened is told when somebody does", async () => {
  const user = somebody()
  await notify(user, "Early")
  const { client } = await world.connect(user)
  const told = next(client.notifications, "notification")
  assert.equal((await told).title, "Early")
})

test("the list: pages, counts, and marks that show at once", async () => {
  const user = somebody()
  for (let number = 1; number <= 25; number++) await notify(user, String(number))
  const { client } = await world.connect(user)
  const inbox = client.notifications
  await inbox.load()
  assert.deepEqual(titles(inbox.items)[0], "25")
  assert.equal(inbox.hasMore, true)
  await inbox.loadMore()
  assert.equal(inbox.items.length, 25)
  assert.equal(inbox.hasMore, false)
  assert.deepEqual(inbox.counts, { unread: 25, unseen: 25 })

  const [newest] = inbox.items
  const reading = inbox.read(newest.notification_id)
  assert.equal(inbox.items[0].read, true)
  assert.deepEqual(inbox.counts, { unread: 24, unseen: 24 })
  await reading
  await inbox.seen("all")
  assert.deepEqual(inbox.counts, { unread: 24, unseen: 0 })
  await inbox.unread(newest.notification_id)
  assert.deepEqual(inbox.counts, { unread: 25, unseen: 0 })
  await inbox.archive([newest.notification_id, inbox.items[1].notification_id])
  assert.equal(inbox.items.length, 23)
  assert.deepEqual(inbox.counts, { unread: 23, unseen: 0 })

  await inbox.load({ filter: "archived" })
  assert.deepEqual(titles(inbox.items), ["25", "24"])
  await inbox.unarchive(newest.notification_id)
  assert.deepEqual(titles(inbox.items), ["24"])
  await inbox.load({ filter: "all" })
  assert.deepEqual(titles(inbox.items)[0], "25")
  assert.deepEqual((await api.notifications(user)).unread, 24)
})

test("a mark while away shows at once, and is told when there is a connection", async () => {
  const user = somebody()
  await notify(user, "A")
  const { client, proxy } = await world.connect(user)
  const inbox = client.notifications
  await inbox.load()
  proxy.refuse()
  proxy.cut()
  await inState(client, "reconnecting")
  const marking = inbox.read("all")
  assert.deepEqual(inbox.counts, { unread: 0, unseen: 0 })
  proxy.refuse(false)
  await marking
  assert.equal((await api.notifications(user)).unread, 0)
})

test("what another device marks shows here", async () => {
  const user = somebody()
  await notify(user, "A")
  const [phone, laptop] = await Promise.all(["phone", "laptop"].map((deviceId) => world.connect(user, { deviceId })))
  for (const { client } of [phone, laptop]) await client.notifications.load()
  await phone.client.notifications.read("all")
  await shown(laptop.client.notifications, ({ items, counts }) => items[0].read && counts.unread === 0)
})

test("what a newer one with its collapse key has replaced is not in the list", async () => {
  const user = somebody()
  for (const title of ["old", "new"]) await notify(user, title, { collapse_key: "due" })
  const { client } = await world.connect(user)
  await client.notifications.load()
  assert.deepEqual(titles(client.notifications.items), ["new"])
  assert.equal(client.notifications.counts.unread, 1)
})

test("after a reconnect the list has what happened meanwhile", async () => {
  const user = somebody()
  const kept = await notify(user, "kept")
  const gone = await notify(user, "gone")
  const [here, there] = await Promise.all(["here", "there"].map((deviceId) => world.connect(user, { deviceId })))
  for (const { client } of [here, there]) await client.notifications.load()
  here.proxy.refuse()
  here.proxy.cut()
  await inState(here.client, "reconnecting")
  await there.client.notifications.archive(gone)
  await there.client.notifications.read(kept)
  await notify(user, "new")
  here.proxy.refuse(false)
  await shown(here.client.notifications, ({ items }) => items.map(({ title, read }) => `${title} ${read}`).join() === "new false,kept true")
})

test("what is read in the list of unread ones stays there until it is loaded again", async () => {
  const user = somebody()
  for (const title of ["A", "B"]) await notify(user, title)
  const { client, proxy } = await world.connect(user)
  const inbox = client.notifications
  await inbox.load({ filter: "unread" })
  await inbox.read(inbox.items[1].notification_id)
  proxy.cut()
  await inState(client, "reconnecting")
  await notify(user, "C")
  await shown(inbox, ({ items }) => items.some(({ title }) => title === "C"))
  await inState(client, "connected")
  // Only the list itself tells that it was looked at again.
  await api.notify(user, "D")
  await shown(inbox, ({ items }) => items.some(({ title }) => title === "D"))
  assert.deepEqual(titles(inbox.items), ["D", "C", "B", "A"])
  const loading = inbox.load()
  await inbox.read(inbox.items[0].notification_id)
  await loading
  assert.deepEqual(titles(inbox.items), ["D", "C", "B"])
  await inbox.load()
  assert.deepEqual(titles(inbox.items), ["C", "B"])
})

test("however often the list has to be looked at again, one question at a time is under way", async () => {
  let [asked, underway, most] = [0, 0, 0]
  const ask = async () => {
    asked++
    most = Math.max(most, ++underway)
    await new Promise((resolve) => setImmediate(resolve))
    underway--
    return { items: [], unread: 0, unseen: 0 }
  }
  const { inbox, refresh } = createNotifications({ ask, tell() {} })
  await inbox.load()
  for (let times = 0; times < 3; times++) refresh()
  await eventually(() => asked > 1 && underway === 0)
  assert.equal(most, 1)
})

for (const transport of TRANSPORTS) describe(`over ${transport}`, () => {
  const over = { transports: [transport] }

  test("one that is sent now comes now, and is acknowledged", async () => {
    const user = somebody()
    const { client } = await world.connect(user, over)
    const told = next(client.notifications, "notification")
    const id = await notify(user, "Hello", { data: { task: 7 } })
    const { notification_id, title, data, read, seen, archived } = await told
    assert.deepEqual([notification_id, title, data, read, seen, archived], [id, "Hello", { task: 7 }, false, false, false])
    await acknowledged(id)
  })

  test("what was sent while one was away comes on connect, urgent first, each once", async () => {
    const user = somebody()
    for (const [title, priority] of [["1", "normal"], ["2", "urgent"], ["3", "low"], ["4", "urgent"]]) {
      await notify(user, title, { priority })
    }
    const { client } = await world.make(user, over)
    const told = collect(client.notifications, "notification")
    client.connect()
    await told.until((all) => all.length === 4)
    assert.deepEqual(titles(told.values), ["2", "4", "1", "3"])
    assert.deepEqual(titles(client.notifications.items), ["4", "3", "2", "1"])
  })

  test("cut before the acknowledgement arrived: it comes again, and nobody is told twice", async () => {
    const user = somebody()
    const { client, proxy } = await world.connect(user, { ...over, deviceId: "laptop" })
    const told = collect(client.notifications, "notification")
    const cut = proxy.cutBefore('"ack"')
    const id = await notify(user, "Once")
    await cut
    await inState(client, "connected")
    const last = await notify(user, "Last")
    await acknowledged(id)
    await acknowledged(last)
    assert.deepEqual(titles(told.values), ["Once", "Last"])
  })

  test("two tabs of one browser agree on what is seen, read and archived", async () => {
    const user = somebody()
    for (const title of ["1", "2", "3"]) await notify(user, title)
    const deviceId = "browser"
    const { client: first, proxy } = await world.connect(user, { ...over, deviceId })
    const { client: second } = await world.connect(user, { ...over, deviceId, url: proxy.url })
    const [left, right] = [first.notifications, second.notifications]
    for (const inbox of [left, right]) await inbox.load()

    // The other tab hears it from this one, not from the server.
    proxy.hang()
    const marking = [left.read(left.items[0].notification_id), left.archive(left.items[2].notification_id)]
    await shown(right, ({ items, counts }) =>
      items.map(({ title, read }) => `${title} ${read}`).join() === "3 true,2 false" && counts.unread === 1)
    proxy.hang(false)
    await Promise.all(marking)

    await notify(user, "4")
    for (const inbox of [left, right]) {
      await shown(inbox, ({ items, counts }) => titles(items).join() === "4,3,2" && counts.unread === 2)
    }
  })
})
