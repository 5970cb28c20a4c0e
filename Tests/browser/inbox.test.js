// The bell and the centre behind it.

import assert from "node:assert/strict"
import { test } from "node:test"
import { card, eventually, newProject, picture, says, withServerAndBrowser } from "./support.js"

let server, browser, api
withServerAndBrowser((started) => ({ server, browser, api } = started))

let users = 0
/** Somebody whose inbox is empty. */
const somebody = () => `user${++users}`

const badge = (page, count) =>
  count ? says(page, "#bell-count", new RegExp(`^${count}$`)) : page.locator("#bell-count").waitFor({ state: "hidden" })

const titles = (page) => page.locator(".notification strong").allTextContents()

/** Everything that was delivered to this device was acknowledged. */
const acknowledged = (id) =>
  eventually(() => api.notification(id), ({ state }) => state === "acknowledged")

test("a card that becomes somebody's rings their bell, and leads to the card", async () => {
  const project = newProject()
  const linus = await browser.open(server.url, { as: "linus" })
  const ada = await browser.open(server.url, { as: "ada", project })
  await card(ada, "Open me").click()
  await ada.locator("#card-assignee").selectOption("linus")
  await picture(ada, "card-open")
  await ada.getByRole("button", { name: "Save" }).click()
  await card(ada, "Open me").getByRole("img", { name: "Linus's" }).waitFor()
  await badge(linus, 1)
  await says(linus, "#announcer", "New notification. A task is yours now: Open me and give me to somebody")
  assert.equal(await linus.locator("#bell").getAttribute("aria-label"), "Notifications, 1 new")
  await linus.locator("#bell").click()
  await badge(linus, 0)
  await picture(linus, "centre")
  await linus.locator(".notification-open").click()
  await linus.locator("#card-dialog[open]").waitFor()
  assert.equal(await linus.locator("#card-title").inputValue(), "Open me and give me to somebody")
})

test("who is notified while the window is closed sees it once when it opens again", async () => {
  const as = somebody()
  const page = await browser.open(server.url, { as })
  const context = page.context()
  await says(page, ".card", "Hang the lanterns")
  await page.close()
  const { notifications } = await api.notify(as, "While you were out")
  const again = await browser.tab(context, server.url, { as })
  await says(again, ".toast", "While you were out")
  await badge(again, 1)
  await acknowledged(notifications[0].notification_id)
  await again.reload()
  await badge(again, 1)
  await again.locator("#bell").click()
  await says(again, ".notification", "While you were out")
  assert.deepEqual(await titles(again), ["While you were out"])
  assert.equal(await again.locator(".toast").count(), 0)
})

test("two tabs of one user agree about the badge, and about what is read", async () => {
  const as = somebody()
  const one = await browser.open(server.url, { as })
  const two = await browser.tab(one.context(), server.url, { as })
  for (const page of [one, two]) await says(page, ".card", "Hang the lanterns")
  await api.notify(as, "First")
  await api.notify(as, "Second")
  for (const page of [one, two]) await badge(page, 2)
  await one.locator("#bell").click()
  for (const page of [one, two]) await badge(page, 0)
  await two.locator("#bell").click()
  await one.getByRole("button", { name: "Mark as read: First" }).click()
  await two.getByRole("button", { name: "Mark as unread: First" }).waitFor()
  await two.getByRole("button", { name: "Archive: Second" }).click()
  // A list that was on its way meanwhile may still have it for a moment.
  for (const page of [one, two]) await eventually(() => titles(page), (all) => all.join() === "First")
})

test("archived ones are out of the way and come back; unread ones can be looked at alone", async () => {
  const as = somebody()
  const page = await browser.open(server.url, { as })
  for (const title of ["Old", "New"]) await api.notify(as, title)
  await badge(page, 2)
  await page.locator("#bell").click()
  await page.getByRole("button", { name: "Archive: Old" }).click()
  await page.getByRole("button", { name: "Archived" }).click()
  await page.getByRole("button", { name: "Take out of the archive: Old" }).click()
  await says(page, "#no-notifications", "Nothing is archived.")
  await page.getByRole("button", { name: "Unread", exact: true }).click()
  await page.getByRole("button", { name: "Mark as read: Old" }).click()
  // It stays where it is until the list is looked at again.
  await page.getByRole("button", { name: "Mark as unread: Old" }).waitFor()
  await page.getByRole("button", { name: "All", exact: true }).click()
  await page.getByRole("button", { name: "Unread", exact: true }).click()
  await page.locator(".notification", { hasText: "Old" }).waitFor({ state: "detached" })
  assert.deepEqual(await titles(page), ["New"])
  await page.getByRole("button", { name: "Mark all as read" }).click()
  await page.getByRole("button", { name: "All", exact: true }).click()
  await page.getByRole("button", { name: "Unread", exact: true }).click()
  await says(page, "#no-notifications", "You have read everything.")
})

test("a long list is loaded piece by piece, each once, while new ones come in at the top", async () => {
  const as = somebody()
  for (let number = 1; number <= 45; number++) await api.notify(as, `Number ${number}`)
  const page = await browser.open(server.url, { as })
  await badge(page, 45)
  await page.locator("#bell").click()
  await says(page, ".notification", "Number 45")
  await api.notify(as, "Number 46")
  await says(page, ".notification", "Number 46")
  while (await page.locator("#load-more").isVisible()) {
    const before = await page.locator(".notification").count()
    await page.locator("#load-more").click()
    await page.waitForFunction((before) => document.querySelectorAll(".notification").length > before, before)
  }
  assert.deepEqual(await titles(page), Array.from({ length: 46 }, (_, index) => `Number ${46 - index}`))
})
