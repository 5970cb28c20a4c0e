// The board in a real Chromium, as people see it: windows of users, what is on their boards, pictures of them.

import { mkdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { after, before } from "node:test"
import { fileURLToPath } from "node:url"
import { backend } from "../../Clients/javascript/test/support/api.js"
import { startServer as start } from "../../Clients/javascript/test/support/server.js"
import { DEADLINE } from "../../Clients/javascript/test/support/waiting.js"

export { startProxy } from "../../Clients/javascript/test/support/proxy.js"
export { backend }
export { token } from "../../Clients/javascript/test/support/tokens.js"
export { eventually } from "../../Clients/javascript/test/support/waiting.js"

/** Where scripts/browser-tests has put the packages. */
const PACKAGES = process.env.BROWSER_PACKAGES
const { chromium } = createRequire(import.meta.url)(join(PACKAGES, "playwright/driver/package"))

const PICTURES = fileURLToPath(new URL("../../build/browser/", import.meta.url))
mkdirSync(PICTURES, { recursive: true })

/** A server with a database, which notices soon that somebody has gone. */
export const startServer = (options) => start({ database: true, flags: ["--presence-grace", "1s"], ...options })

/** One Chromium; each window that it opens is a browser of its own, unless it is another tab of one. */
export async function startBrowser() {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] })
  const mistakes = []

  function watch(page) {
    page.setDefaultTimeout(DEADLINE)
    page.on("pageerror", (error) => mistakes.push(`${error.stack}`))
    page.on("console", (message) => /Content Security Policy|Trusted/.test(message.text()) && mistakes.push(message.text()))
    return page
  }

  return {
    /** A window of a user of their own, signed in by name where there is one. */
    async open(url, { as, project, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      return this.tab(context, url, { as, project })
    },
    /** Another tab of a browser. */
    async tab(context, url, { as, project = "" } = {}) {
      const page = watch(await context.newPage())
      await page.goto(`${url}/${as ? `?as=${as}` : ""}${project && `#${project}`}`)
      return page
    },
    /** Ends it; a mistake in a page, or something that its policy forbade, is a failure. */
    async close() {
      await browser.close()
      if (mistakes.length) throw new Error(mistakes.join("\n"))
    },
  }
}

/**
 * Starts a server and a browser before the tests of a file, hands them over with what a backend can do, and ends them
 * after the last.
 */
export function withServerAndBrowser(use) {
  let server, browser
  before(async () => {
    ;[server, browser] = await Promise.all([startServer(), startBrowser()])
    use({ server, browser, api: backend(server) })
  })
  after(async () => {
    await browser?.close()
    await server?.stop()
  })
}

/** A window as wide as a phone, for fingers. */
export const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }
/** What a board is to be usable and good to look at in. */
export const LOOKS = { light: { colorScheme: "light" }, dark: { colorScheme: "dark" }, phone: PHONE }

/** The cards of a new project. */
export const WELCOME = ["Drag me to the next column", "Open me and give me to somebody", "Press space on me, then an arrow key"]
export const [DRAG, GIVE, KEYS] = WELCOME

let projects = 0
/** A project that no other test uses. */
export const newProject = () => `project_${process.pid}_${++projects}`

/** What is on a board: the titles in each column. */
export const cardsOf = (page) =>
  page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll(".column")].map((column) => [
        column.dataset.status,
        [...column.querySelectorAll(".card-title")].map((title) => title.textContent),
      ]),
    ),
  )

/** Waits until a board's columns are as asked; those that are left out may be anything. */
export async function shows(page, wanted) {
  const arrived = page.waitForFunction(
    (wanted) =>
      Object.entries(wanted).every(([status, titles]) => {
        const cards = document.querySelectorAll(`[data-status="${status}"] .card-title`)
        return JSON.stringify([...cards].map((card) => card.textContent)) === JSON.stringify(titles)
      }),
    wanted,
  )
  await arrived.catch(async (error) => {
    throw new Error(`${error.message}\nwanted ${JSON.stringify(wanted)}\nshown  ${JSON.stringify(await cardsOf(page))}`)
  })
}

/** Waits until an element has a text, which is a string or matches. */
export const says = (page, selector, text) =>
  page.locator(selector).filter({ hasText: text }).first().waitFor({ state: "attached" })

/** Waits until the banner is in a state: `connected` and so on, shown or not. */
export const isConnected = (page) => page.locator('#banner[data-state="connected"]').waitFor({ state: "attached" })

/** A card by its title; not the copy of it that a drag shows. */
export const card = (page, title) => page.locator(".card:not(.lifted)", { hasText: title })

/** Adds a card to a column, as one does. */
export async function addCard(page, status, title) {
  const column = page.locator(`.column[data-status="${status}"]`)
  if (await column.locator(".add").isVisible()) await column.locator(".add").click()
  await column.locator("textarea").fill(title)
  await column.locator("textarea").press("Enter")
}

/** Presses the mouse on a card once it lies still, which it does not while others make room; tells where it lies. */
export async function grab(page, title) {
  const wanted = card(page, title)
  await wanted.hover({ position: { x: 40, y: 16 } })
  const { x, y } = await wanted.boundingBox()
  await page.mouse.down()
  return { x, y }
}

/** Drags a card by mouse into a column, to its upper end. */
export async function drag(page, title, status) {
  const { x, y } = await grab(page, title)
  await page.mouse.move(x + 60, y + 30, { steps: 3 })
  await page.locator(".lifted", { hasText: title }).first().waitFor()
  const column = await page.locator(`.column[data-status="${status}"]`).boundingBox()
  await page.mouse.move(column.x + 60, column.y + 40, { steps: 6 })
  await page.mouse.up()
}

/** A picture of the page, kept for who wants to look. */
export const picture = (page, name) => page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled" })

const axe = () => readFileSync(join(PACKAGES, "axe_playwright_python/axe.min.js"), "utf8")

/** What axe finds wrong with the page as it is now, each with the elements. */
export async function accessibilityProblems(page) {
  await page.evaluate(axe())
  const { violations } = await page.evaluate(() => window.axe.run())
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`)
}
