// Who can use the board, and who can't get at it.

import assert from "node:assert/strict"
import { test } from "node:test"
import {
  LOOKS, accessibilityProblems, card, newProject, picture, says, startServer, withServerAndBrowser,
} from "./support.js"

let server, browser, api
withServerAndBrowser((started) => ({ server, browser, api } = started))

for (const [name, look] of Object.entries(LOOKS)) {
  test(`axe finds nothing wrong: ${name}, signing in, the board, the centre, a card, the banner`, async () => {
    const as = `user-${name}`
    const page = await browser.open(server.url, { project: newProject(), ...look })
    const check = async (what) => {
      await picture(page, `${name}-${what}`)
      assert.deepEqual(await accessibilityProblems(page), [], what)
    }
    await check("sign-in")
    await page.getByLabel("Or as somebody else").fill(as)
    await page.getByRole("button", { name: "Sign in" }).click()
    await says(page, ".card", "Open me")
    await card(page, "Open me").click()
    await page.locator("#card-assignee").selectOption(as)
    await page.locator("#card-notes").fill("With a ribbon.")
    await check("card")
    await page.getByRole("button", { name: "Save" }).click()
    await card(page, "Open me").getByRole("img", { name: `${as}'s` }).waitFor()
    for (const title of ["Due tomorrow", "Two people have joined"]) await api.notify(as, title)
    await says(page, "#bell-count", "2")
    await check("board")
    await page.locator("#bell").click()
    await says(page, ".notification", "Two people have joined")
    await check("centre")
    await page.keyboard.press("Escape")
    await page.context().setOffline(true)
    await says(page, "#banner-text", "You are offline")
    await check("offline")
  })
}

test("with less motion asked for, nothing slides or turns", async () => {
  const page = await browser.open(server.url, { as: "ada", project: newProject(), reducedMotion: "reduce" })
  await says(page, ".card", "Open me")
  await card(page, "Open me").getByRole("button").press(" ")
  await page.keyboard.press("ArrowRight")
  await page.keyboard.press(" ")
  await says(page, '[data-status="doing"] .card', "Open me")
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0)
})

test("in production there is neither a board nor a token, but there is the client", async (t) => {
  const production = await startServer({ dev: false, database: false })
  t.after(() => production.stop())
  const status = async (path, options) => (await fetch(production.url + path, options)).status
  assert.equal(await status("/"), 426)
  assert.equal(await status("/board/"), 404)
  assert.equal(await status("/board/board.js"), 404)
  assert.equal(await status("/dev/token", { method: "POST", body: '{"sub":"ada"}' }), 404)
  const client = await fetch(`${production.url}/client/realtime.js`)
  assert.equal(client.status, 200)
  assert.equal(client.headers.get("access-control-allow-origin"), "*")
})
