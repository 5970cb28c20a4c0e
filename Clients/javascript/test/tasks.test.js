// A project's tasks: everybody's list is the same, one's own changes show at once, and what is refused is taken back.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { backend } from "./support/api.js"
import { startWorld } from "./support/clients.js"
import { token } from "./support/tokens.js"
import { inState, next } from "./support/waiting.js"

let world
before(async () => {
  world = await startWorld({ flags: ["--history-count", "20"] })
})
after(() => world.end())

/** The tasks of a project for a user who is connected and in its room. */
async function member(user, project, more) {
  const made = await world.connect(user, more)
  const tasks = made.client.tasks(project)
  if (!tasks.room.joined) await next(tasks.room, "joined")
  return { ...made, tasks }
}

/** Until the list is as asked. */
const listed = (tasks, accept) => (accept(tasks.list) ? tasks.list : next(tasks, "change", accept))
const shape = (list) => list.map(({ title, status }) => `${title}:${status}`)

test("what one creates, changes and deletes is in everybody's list", async () => {
  const [ada, bob] = await Promise.all([member("ada", "p1"), member("bob", "p1")])
  const created = await ada.tasks.create({ title: "A", status: "open" })
  await ada.tasks.create({ title: "B", status: "open" })
  await listed(bob.tasks, (list) => list.length === 2)
  await bob.tasks.setStatus(created.task_id, "done", { order: 7 })
  await bob.tasks.update(created.task_id, { title: "A2" })
  await listed(ada.tasks, (list) => shape(list).join() === "A2:done,B:open")
  const { status, order } = ada.tasks.get(created.task_id)
  assert.deepEqual([status, order], ["done", 7])
  await ada.tasks.remove(created.task_id)
  await listed(bob.tasks, (list) => shape(list).join() === "B:open")
})

test("one's own change shows at once, and once", async () => {
  const { tasks } = await member("ada", "p2")
  const creating = tasks.create({ task_id: "t", title: "A", status: "open" })
  assert.deepEqual(shape(tasks.list), ["A:open"])
  await creating
  const moving = tasks.setStatus("t", "done")
  assert.deepEqual(shape(tasks.list), ["A:done"])
  await moving
  await tasks.create({ title: "B", status: "open" })
  assert.deepEqual(shape(tasks.list), ["A:done", "B:open"])
})

test("what the server refuses is taken back", async () => {
  const reader = token("ada", { rooms: { p3: "r" } })
  const { tasks } = await member("ada", "p3", { token: reader })
  const creating = tasks.create({ title: "A" })
  assert.equal(tasks.list.length, 1)
  await assert.rejects(creating, { code: "forbidden" })
  assert.equal(tasks.list.length, 0)
})

test("of two changes of one task everybody sees the same last one", async () => {
  const [ada, bob] = await Promise.all([member("ada", "p4"), member("bob", "p4")])
  await ada.tasks.create({ task_id: "t", title: "A", status: "open" })
  await listed(bob.tasks, (list) => list.length === 1)
  for (let round = 0; round < 10; round++) {
    await Promise.all([ada.tasks.setStatus("t", `ada ${round}`), bob.tasks.setStatus("t", `bob ${round}`)])
  }
  await ada.tasks.create({ task_id: "end", title: "end" })
  await Promise.all([ada, bob].map(({ tasks }) => listed(tasks, (list) => list.length === 2)))
  assert.equal(ada.tasks.get("t").status, bob.tasks.get("t").status)
})

test("cut mid-action: the change is there once, for everybody", async () => {
  const [ada, bob] = await Promise.all([member("ada", "p5"), member("bob", "p5")])
  const cut = ada.proxy.cutBefore('"ack"')
  const creating = ada.tasks.create({ title: "A", status: "open" })
  await cut
  await creating
  await ada.tasks.create({ title: "B", status: "open" })
  for (const { tasks } of [ada, bob]) {
    await listed(tasks, (list) => list.length >= 2)
    assert.deepEqual(shape(tasks.list), ["A:open", "B:open"])
  }
})

test("what a backend says of a task is in the list", async () => {
  const { tasks } = await member("ada", "p6")
  await backend(world.server).task("task_created", { task_id: "t", project_id: "p6", title: "A", status: "open" })
  await listed(tasks, (list) => shape(list).join() === "A:open")
})

test("a list that was loaded is the beginning, and what came while it was loaded is kept", async () => {
  const { tasks } = await member("ada", "p7")
  const stored = [{ task_id: "old", title: "Old", status: "open" }, { task_id: "t", title: "A", status: "open" }]
  await tasks.create({ task_id: "t", title: "A", status: "open" })
  await tasks.setStatus("t", "done")
  tasks.seed(stored)
  assert.deepEqual(shape(tasks.list), ["Old:open", "A:done"])
})

test("a late change of a task that is gone does not bring it back", async () => {
  const { tasks } = await member("ada", "p8")
  const api = backend(world.server)
  await tasks.create({ task_id: "t", title: "A" })
  await api.task("task_deleted", { task_id: "t", project_id: "p8" })
  await api.task("task_updated", { task_id: "t", project_id: "p8", title: "B" })
  await tasks.create({ task_id: "end", title: "end" })
  await listed(tasks, (list) => list.length === 1 && list[0].task_id === "end")
})

test("when more was missed than the server holds, recovered says so until the tasks are loaded anew", async () => {
  const [ada, bob] = await Promise.all([member("ada", "p9"), member("bob", "p9")])
  bob.proxy.refuse()
  bob.proxy.cut()
  await inState(bob.client, "reconnecting")
  for (let number = 0; number < 30; number++) await ada.tasks.create({ task_id: `t${number}`, title: `${number}` })
  const gap = next(bob.tasks.room, "gap")
  bob.proxy.refuse(false)
  await gap
  assert.equal(bob.tasks.recovered, false)
  bob.tasks.seed(ada.tasks.list)
  assert.equal(bob.tasks.recovered, true)
  assert.deepEqual(bob.tasks.list, ada.tasks.list)
})
