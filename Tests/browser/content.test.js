// What may be on a board: markup, long words, other scripts, many people, and many cards.

import assert from "node:assert/strict"
import { test } from "node:test"
import { LOOKS, accessibilityProblems, card, drag, newProject, picture, says, withServerAndBrowser } from "./support.js"

const MARKUP = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script><b>bold</b>`
const LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz".repeat(3)
const HEBREW = "שלום עולם, זו משימה (ארוכה) עם English באמצע!"

let server, browser, api
withServerAndBrowser((started) => ({ server, browser, api } = started))

const addTask = (project, id, title, more) =>
  api.task("task_created", { task_id: id, project_id: project, title, status: "doing", ...more })

for (const [name, look] of Object.entries(LOOKS)) {
  test(`markup is text, long words break, and Hebrew is read from the right: ${name}`, async () => {
    const project = newProject()
    const as = `${MARKUP.slice(0, 30)} ${name}`
    const page = await browser.open(server.url, { as: encodeURIComponent(as), project, ...look })
    await says(page, ".card", "Open me")
    const { user_id } = (await api.room(project)).members[0]
    for (const [id, title] of Object.entries({ markup: MARKUP, long: LONG, hebrew: HEBREW })) {
      await addTask(project, id, title, { assignee_id: user_id })
      await says(page, ".card-title", title)
    }
    await api.notify(user_id, MARKUP)
    await says(page, "#bell-count", "4")
    await picture(page, `content-${name}`)
    await page.locator("#bell").click()
    await says(page, ".notification strong", MARKUP)
    await picture(page, `content-${name}-centre`)
    assert.deepEqual(await accessibilityProblems(page), [])
    assert.equal(await page.locator("#columns img, #columns script, #centre img, .toasts img, #members img").count(), 0)
    assert.doesNotMatch(await page.title(), /owned/)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0)
    const direction = (title) =>
      card(page, title).locator(".card-title").evaluate((shown) => getComputedStyle(shown).direction)
    assert.equal(await direction(HEBREW), "rtl")
    assert.equal(await direction(LONG), "ltr")
  })
}

test("of many people some faces are shown, and how many more there are, by name", async () => {
  const project = newProject()
  const page = await browser.open(server.url, { as: "ada", project })
  const context = page.context()
  for (let number = 1; number <= 8; number++) await browser.tab(context, server.url, { as: `Guest ${number}`, project })
  const more = page.locator("#members .more").getByRole("img", { name: /^4 more: Guest/ })
  await more.waitFor()
  assert.equal(await page.locator("#members li").count(), 6)
  await picture(page, "many-people")
})

test("a card that a backend adds says that it was no person", async () => {
  const project = newProject()
  const page = await browser.open(server.url, { as: "ada", project })
  await says(page, ".card", "Open me")
  await addTask(project, "card-of-a-program", "Water the plants", { status: "todo" })
  await says(page, ".card", "A program added this")
})

test("with 300 cards a move is laid out once for each picture, not once for each card", async () => {
  const project = newProject()
  const page = await browser.open(server.url, { as: "ada", project })
  await says(page, ".card", "Open me")
  const columns = ["todo", "doing", "done"]
  for (let ten = 0; ten < 300; ten += 10) {
    const numbers = Array.from({ length: 10 }, (_, index) => ten + index + 1)
    await Promise.all(
      numbers.map((number) => addTask(project, `card-${number}`, `Card number ${number}.`, { status: columns[number % 3] })),
    )
  }
  await page.waitForFunction(() => document.querySelectorAll(".card").length === 303)
  await picture(page, "many-cards")
  const session = await page.context().newCDPSession(page)
  await session.send("Performance.enable")
  const work = async () => {
    const { metrics } = await session.send("Performance.getMetrics")
    const { LayoutCount, RecalcStyleCount } = Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
    return { layouts: LayoutCount, styles: RecalcStyleCount, pictures: await page.evaluate(() => window.pictures) }
  }
  await page.evaluate(() => {
    window.pictures = 0
    const count = () => requestAnimationFrame(count, window.pictures++)
    count()
  })
  const before = await work()
  await drag(page, "Drag me to the next column", "doing")
  await drag(page, "Open me", "done")
  await says(page, '[data-status="done"] .card', "Open me")
  await page.waitForFunction(() => document.getAnimations().length === 0)
  const now = await work()
  const pictures = now.pictures - before.pictures
  for (const what of ["layouts", "styles"]) {
    const count = now[what] - before[what]
    assert.ok(count <= 3 * pictures + 30, `${count} ${what} for ${pictures} pictures`)
  }
})
