// What two people do with a board, and what one can do without a mouse.

import assert from "node:assert/strict"
import { test } from "node:test"
import {
  DRAG, GIVE, KEYS, PHONE, WELCOME, addCard, card, cardsOf, drag, grab, newProject, picture, says, shows,
  withServerAndBrowser,
} from "./support.js"

let server, browser
withServerAndBrowser((started) => ({ server, browser } = started))

/** Ada's and Linus's windows, with the same project open in both. */
async function twoWindows() {
  const project = newProject()
  const ada = await browser.open(server.url, { as: "ada", project })
  await shows(ada, { todo: WELCOME })
  const linus = await browser.open(server.url, { as: "linus", project })
  await shows(linus, { todo: WELCOME })
  return { ada, linus, project }
}

test("a newcomer signs in with one click, sees a board with something on it, and is led to a second window", async () => {
  const ada = await browser.open(server.url)
  await picture(ada, "sign-in")
  await ada.getByRole("button", { name: "Ada", exact: true }).click()
  await ada.getByRole("heading", { name: "Garden party" }).waitFor()
  await says(ada, ".card", "Hang the lanterns")
  const [linus] = await Promise.all([ada.context().waitForEvent("page"), ada.locator("#invite").click()])
  await says(linus, ".card", "Hang the lanterns")
  assert.equal(await linus.locator("#account").getAttribute("aria-label"), "Account of Linus")
  await ada.locator("#members").getByRole("img", { name: "Linus" }).waitFor()
  await ada.locator("#invite").waitFor({ state: "hidden" })
  await linus.close()
  await ada.locator("#members").getByRole("img", { name: "Linus" }).waitFor({ state: "detached" })
})

test("two windows are one click away on the first page", async () => {
  const ada = await browser.open(server.url)
  const both = ada.getByRole("button", { name: "Open it in two windows" })
  const [linus] = await Promise.all([ada.context().waitForEvent("page"), both.click()])
  for (const page of [ada, linus]) await says(page, ".card", "Hang the lanterns")
  assert.equal(await ada.locator("#account").getAttribute("aria-label"), "Account of Ada")
  assert.equal(await linus.locator("#account").getAttribute("aria-label"), "Account of Linus")
  await linus.locator("#members").getByRole("img", { name: "Ada" }).waitFor()
})

test("two users: a card that one drags moves on the other's board, and says who moved it", async () => {
  const { ada, linus } = await twoWindows()
  await drag(ada, GIVE, "doing")
  await shows(linus, { todo: [DRAG, KEYS], doing: [GIVE] })
  await says(linus, ".card", "Ada moved this")
  await picture(linus, "moved-by-ada")
  await shows(ada, { todo: [DRAG, KEYS], doing: [GIVE] })
  await drag(linus, KEYS, "doing")
  await shows(ada, { todo: [DRAG], doing: [KEYS, GIVE] })
})

test("a card that is held while somebody else moves others stays in the hand", async () => {
  const { ada, linus } = await twoWindows()
  const { x, y } = await grab(ada, DRAG)
  await ada.mouse.move(x + 60, y + 40, { steps: 3 })
  await ada.locator(".lifted").waitFor()
  await drag(linus, KEYS, "done")
  await shows(linus, { done: [KEYS] })
  await picture(ada, "dragging")
  const column = await ada.locator('[data-status="doing"]').boundingBox()
  await ada.mouse.move(column.x + 60, column.y + 40, { steps: 4 })
  await ada.mouse.up()
  for (const page of [ada, linus]) await shows(page, { todo: [GIVE], doing: [DRAG], done: [KEYS] })
})

test("escape ends a drag, and nothing has happened", async () => {
  const { ada } = await twoWindows()
  const { x, y } = await grab(ada, DRAG)
  await ada.mouse.move(x + 500, y + 40, { steps: 5 })
  await shows(ada, { todo: [GIVE, KEYS], doing: [DRAG] })
  await ada.keyboard.press("Escape")
  await ada.mouse.up()
  await shows(ada, { todo: WELCOME, doing: [] })
  assert.equal(await ada.locator("dialog[open]").count(), 0)
})

test("a finger that rests on a card moves it; one that does not, scrolls", async () => {
  const { linus, project } = await twoWindows()
  const ada = await browser.open(server.url, { as: "ada", project, ...PHONE })
  await shows(ada, { todo: WELCOME })
  await picture(ada, "phone")
  const session = await ada.context().newCDPSession(ada)
  const touch = (type, x, y) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] })
  const { x, y } = await card(ada, GIVE).boundingBox()

  await touch("touchStart", x + 60, y + 16)
  for (const step of [20, 60, 100]) await touch("touchMove", x + 60 - step, y + 16)
  await touch("touchEnd")
  await shows(ada, { todo: WELCOME })
  await ada.locator("#columns").evaluate((columns) => columns.scrollTo({ left: 0, behavior: "instant" }))
  // A finger that comes down while a board still scrolls stops it, and takes no card.
  await card(ada, GIVE).hover({ trial: true })

  await touch("touchStart", x + 60, y + 16)
  await ada.locator(".lifted").waitFor()
  for (const step of [20, 80, 160, 270]) await touch("touchMove", x + 60 + step, y + 16)
  await shows(ada, { todo: [DRAG, KEYS], doing: [GIVE] })
  await picture(ada, "phone-dragging")
  await touch("touchEnd")
  await shows(linus, { todo: [DRAG, KEYS], doing: [GIVE] })
})

test("by keyboard alone: sign in, move a card, hear where it is, open it, and add another", async () => {
  const project = newProject()
  const linus = await browser.open(server.url, { as: "linus", project })
  const ada = await browser.open(server.url, { project })
  const press = async (...keys) => {
    for (const key of keys) await ada.keyboard.press(key)
  }
  await press("Tab", "Tab", "Enter")
  await shows(ada, { todo: WELCOME })
  // Past the projects, the bell and the account, which the first link leaps over.
  await press("Tab")
  await says(ada, ":focus", "Skip to the cards")
  await press("Enter", "Tab")
  await says(ada, ":focus", DRAG)
  await press(" ")
  await says(ada, "#announcer", `${DRAG} is picked up, from To do, 1 of 3.`)
  await press("ArrowDown")
  await says(ada, "#announcer", "To do, 2 of 3.")
  await press("ArrowRight")
  await says(ada, "#announcer", "In progress, 1 of 1.")
  await picture(ada, "keyboard")
  await shows(linus, { todo: WELCOME })
  await press(" ")
  await says(ada, "#announcer", `${DRAG} is in In progress, 1 of 1.`)
  await shows(linus, { todo: [GIVE, KEYS], doing: [DRAG] })
  await says(ada, ":focus", DRAG)

  await press(" ", "ArrowRight", "Escape")
  await says(ada, "#announcer", `${DRAG} is back in In progress, 1 of 1.`)
  await shows(ada, { doing: [DRAG], done: [] })

  await press("Enter")
  await ada.locator("#card-dialog[open]").waitFor()
  await ada.keyboard.type("!")
  await press("Enter")
  await says(linus, ".card", `!`)
  await says(ada, ":focus", "!")

  await press("Tab")
  await says(ada, ":focus", "Add a card")
  await press("Enter")
  await ada.keyboard.type("Sweep the yard")
  await press("Enter", "Escape")
  await says(linus, '[data-status="doing"] .card', "Sweep the yard")
  await says(ada, ":focus", "Add a card")
})

test("who writes is shown as typing; what was written arrives, and what is deleted comes back by undo", async () => {
  const { ada, linus } = await twoWindows()
  await addCard(ada, "done", "Buy candles")
  await ada.locator('[data-status="done"] textarea').pressSequentially("Bo")
  await says(linus, "#typing", "Ada is typing…")
  await picture(linus, "typing")
  await ada.locator('[data-status="done"] textarea').press("Escape")
  await linus.locator("#typing:empty").waitFor({ state: "attached" })
  await shows(linus, { done: ["Buy candles"] })

  await card(linus, "Buy candles").click()
  await linus.locator("#card-title").fill("Buy many candles")
  await linus.locator("#card-notes").fill("The long ones.")
  await linus.locator("#card-status").selectOption("todo")
  await linus.getByRole("button", { name: "Save" }).click()
  await shows(ada, { todo: [...WELCOME, "Buy many candles"], done: [] })
  await card(ada, "Buy many candles").getByRole("img", { name: "Has notes" }).waitFor()

  await card(ada, "Buy many candles").click()
  await ada.getByRole("button", { name: "Delete" }).click()
  await shows(linus, { todo: WELCOME })
  await ada.getByRole("button", { name: "Undo" }).click()
  await shows(linus, { todo: [...WELCOME, "Buy many candles"] })
})

test("a new project has an address and a name, which whoever comes by the address sees", async () => {
  const ada = await browser.open(server.url, { as: "ada" })
  await ada.getByRole("button", { name: "New project" }).click()
  await ada.locator("#new-project-name").fill("Harvest festival")
  await ada.getByRole("button", { name: "Create" }).click()
  await ada.getByRole("heading", { name: "Harvest festival" }).waitFor()
  await shows(ada, { todo: WELCOME })
  const linus = await browser.open(server.url, { as: "linus", project: new URL(ada.url()).hash.slice(1) })
  await linus.getByRole("heading", { name: "Harvest festival" }).waitFor()
  await shows(linus, { todo: WELCOME })
  await ada.getByRole("link", { name: "Garden party" }).click()
  await says(ada, ".card", "Hang the lanterns")
  await linus.locator("#members").getByRole("img", { name: "Ada" }).waitFor({ state: "detached" })
})

test("a reload keeps who one is and what is on the board", async () => {
  const { ada } = await twoWindows()
  await drag(ada, DRAG, "done")
  await shows(ada, { done: [DRAG] })
  await ada.reload()
  await shows(ada, { todo: [GIVE, KEYS], doing: [], done: [DRAG] })
  assert.deepEqual(await cardsOf(ada), { todo: [GIVE, KEYS], doing: [], done: [DRAG] })
})

test("who signs out is gone for the others, and another may sign in", async () => {
  const { ada, linus } = await twoWindows()
  await ada.locator("#account").click()
  await ada.getByRole("button", { name: "Sign out" }).click()
  await linus.locator("#members").getByRole("img", { name: "Ada" }).waitFor({ state: "detached" })
  await ada.getByLabel("Or as somebody else").fill("Grace Hopper")
  await ada.getByRole("button", { name: "Sign in" }).click()
  await linus.locator("#members").getByRole("img", { name: "Grace Hopper" }).waitFor()
  await shows(ada, { todo: WELCOME })
})
