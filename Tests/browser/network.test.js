// What people see of networks that break, servers that stop, and tokens that expire: the truth, and nothing lost.

import assert from "node:assert/strict"
import { test } from "node:test"
import {
  DRAG, GIVE, KEYS, WELCOME, addCard, card, cardsOf, drag, isConnected, newProject, picture, says, shows, startProxy,
  startServer, token, withServerAndBrowser,
} from "./support.js"

let server, browser, api
withServerAndBrowser((started) => ({ server, browser, api } = started))

/** Ada behind a proxy that can do what networks do, and Linus beside her without one. */
async function behindProxy(t, prepare = () => {}, preparePage = () => {}) {
  const proxy = await startProxy(server)
  t.after(() => proxy.close())
  prepare(proxy)
  const project = newProject()
  const ada = await browser.open("about:blank")
  await preparePage(ada)
  await ada.goto(`${proxy.url}/?as=ada#${project}`)
  await shows(ada, { todo: WELCOME })
  const linus = await browser.open(server.url, { as: "linus", project })
  await shows(linus, { todo: WELCOME })
  return { proxy, project, ada, linus }
}

/** Does not wait for the countdown. */
async function tryNow(page) {
  const button = page.getByRole("button", { name: "Try now" })
  await Promise.race([isConnected(page), button.click()]).catch(() => {})
  await isConnected(page)
}

test("the connection is cut in the middle of what one does: nothing is lost and nothing comes twice", async (t) => {
  const { proxy, ada, linus } = await behindProxy(t)
  const added = []
  for (const title of ["One", "Two", "Three"]) {
    const cut = proxy.cutBefore("")
    await addCard(ada, "doing", title)
    await cut
    added.push(title)
    await tryNow(ada)
    for (const page of [ada, linus]) await shows(page, { doing: added })
  }
  const cut = proxy.cutBefore("")
  await drag(ada, DRAG, "done")
  await cut
  await addCard(linus, "done", "Meanwhile")
  await tryNow(ada)
  const all = { todo: [GIVE, KEYS], doing: added, done: [DRAG, "Meanwhile"] }
  for (const page of [ada, linus]) await shows(page, all)
  await ada.reload()
  await shows(ada, all)
})

test("while nobody answers the banner counts down, and a button tries at once", async (t) => {
  const { proxy, ada } = await behindProxy(t)
  proxy.refuse()
  proxy.cut()
  await says(ada, "#banner-text", "The connection is lost; what you do is kept")
  await says(ada, "#banner-countdown", /Trying again in \d+ s\./)
  await addCard(ada, "doing", "Kept")
  await card(ada, "Kept").and(ada.locator(".waits")).waitFor()
  await picture(ada, "reconnecting")
  proxy.refuse(false)
  await tryNow(ada)
  await ada.locator("#banner").waitFor({ state: "hidden" })
  await ada.locator(".card.waits").waitFor({ state: "detached" })
})

for (const [blocked, kind, words] of [
  ["WebSocket", "sse", "by server-sent events"],
  ["WebSocket and event streams", "longpoll", "by asking again and again"],
]) {
  test(`${blocked} blocked: by ${kind} the board goes on, says so, and comes back when it can`, async (t) => {
    const { proxy, ada, linus } = await behindProxy(t, (proxy) => proxy.blockWebSockets(), async (page) => {
      if (kind === "longpoll") await page.route("**/api/realtime/events*", (route) => route.abort())
    })
    await says(ada, "#banner-text", `Connected without WebSocket, ${words}`)
    await picture(ada, `fallback-${kind}`)
    await drag(ada, DRAG, "doing")
    await shows(linus, { doing: [DRAG] })
    await drag(linus, GIVE, "done")
    await shows(ada, { done: [GIVE] })
    proxy.cut()
    await addCard(ada, "todo", "Written without")
    await addCard(linus, "done", "Written with")
    const all = { todo: [KEYS, "Written without"], doing: [DRAG], done: [GIVE, "Written with"] }
    for (const page of [ada, linus]) await shows(page, all)
    proxy.blockWebSockets(null)
    await ada.evaluate(() => dispatchEvent(new Event("online")))
    await ada.locator("#banner").waitFor({ state: "hidden" })
    await drag(linus, KEYS, "done")
    for (const page of [ada, linus]) await shows(page, { ...all, todo: ["Written without"], done: [KEYS, ...all.done] })
  })
}

test("the browser is offline: the banner says so at once, and what was done arrives when it is back", async (t) => {
  const { ada, linus } = await behindProxy(t)
  await ada.context().setOffline(true)
  await says(ada, "#banner-text", "You are offline; what you do is kept")
  await picture(ada, "offline")
  await drag(ada, DRAG, "done")
  await addCard(ada, "doing", "Written in the tunnel")
  await addCard(linus, "todo", "Written outside")
  await ada.context().setOffline(false)
  const all = { todo: [GIVE, KEYS, "Written outside"], doing: ["Written in the tunnel"], done: [DRAG] }
  for (const page of [ada, linus]) await shows(page, all)
  await ada.locator("#banner").waitFor({ state: "hidden" })
})

test("a token that expires is renewed on the open connection, and nobody notices", async () => {
  const page = await browser.open("about:blank")
  const sockets = []
  const renewed = new Promise((resolve) => {
    page.on("websocket", (socket) => {
      sockets.push(socket)
      socket.on("framereceived", ({ payload }) => String(payload).includes('"auth_success"') && resolve())
    })
  })
  let asked = 0
  await page.route("**/dev/token", (route) => {
    if (++asked > 1) return route.continue()
    return route.fulfill({ json: { token: token("ada", { name: "Ada", ttl: 8 }) } })
  })
  await page.goto(`${server.url}/?as=ada#${newProject()}`)
  await shows(page, { todo: WELCOME })
  await renewed
  assert.equal(asked, 2)
  assert.equal(sockets.length, 1)
  assert.equal(await page.locator("#banner").isVisible(), false)
})

test("a token that has expired before it is used is asked for once more", async () => {
  const page = await browser.open("about:blank")
  let asked = 0
  await page.route("**/dev/token", (route) => {
    if (++asked > 1) return route.continue()
    return route.fulfill({ json: { token: token("ada", { name: "Ada", ttl: -60 }) } })
  })
  await page.goto(`${server.url}/?as=ada#${newProject()}`)
  await shows(page, { todo: WELCOME })
})

test("an administrator ends a connection, then all of a user's rights: the banner offers what helps", async () => {
  const page = await browser.open("about:blank")
  // Whoever gives out tokens knows of the revocation too: there is no other one than this.
  const only = token("mallory", { name: "Mallory", iat: Math.floor(Date.now() / 1000) - 60 })
  await page.route("**/dev/token", (route) => route.fulfill({ json: { token: only } }))
  await page.goto(`${server.url}/?as=mallory`)
  await says(page, ".card", "Hang the lanterns")
  await api.disconnect("mallory")
  await says(page, "#banner-text", "The connection was ended by an administrator.")
  await page.getByRole("button", { name: "Connect again" }).click()
  await isConnected(page)
  await api.revoke({ user_id: "mallory" })
  await says(page, "#banner-text", "You are signed out.")
  await picture(page, "signed-out")
  await page.getByRole("button", { name: "Sign in again" }).click()
  await page.getByRole("heading", { name: "Two people, one board" }).waitFor()
})

test("the server is killed and started again under open pages: both carry on with all that was there", async () => {
  const project = newProject()
  const ada = await browser.open(server.url, { as: "ada", project })
  await shows(ada, { todo: WELCOME })
  const linus = await browser.open(server.url, { as: "linus", project })
  await shows(linus, { todo: WELCOME })
  await drag(linus, KEYS, "doing")
  await shows(ada, { doing: [KEYS] })
  await server.kill()
  for (const page of [ada, linus]) await says(page, "#banner-text", "The connection is lost")
  await addCard(ada, "done", "Written while it was down")
  await server.start()
  for (const page of [ada, linus]) await tryNow(page)
  const all = { todo: [DRAG, GIVE], doing: [KEYS], done: ["Written while it was down"] }
  for (const page of [ada, linus]) await shows(page, all)
  await drag(ada, DRAG, "done")
  await shows(linus, { done: [DRAG, "Written while it was down"] })
  const newcomer = await browser.open(server.url, { as: "grace", project })
  await shows(newcomer, await cardsOf(ada))
})

test("a server that stops says so, and a page that finds no tokens any more says that", async () => {
  const other = await startServer({ database: false })
  const page = await browser.open(other.url, { as: "ada" })
  await says(page, ".card", "Hang the lanterns")
  await other.drain()
  await says(page, "#banner-text", "The server is restarting")
  await other.stop()
})
