// A real server for the length of a test: started, killed, and started again at the same address with the same data.

import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { SECRET } from "./tokens.js"
import { within } from "./waiting.js"

/** The executable: `scripts/client test` and others name the one that they have built. */
export const EXECUTABLE =
  process.env.REALTIME_SERVER ??
  fileURLToPath(new URL("../../../../.build/debug/realtime-server", import.meta.url))

/** Starting includes making a database where one is asked for, on a machine that does other things too. */
const START_TIMEOUT = 60_000

const running = new Set()
process.on("exit", () => {
  for (const server of running) server.abandon()
})

/**
 * Starts a server. Without `database` it has none: rooms work, notifications are refused.
 *
 * @param {{database?: boolean, dev?: boolean, flags?: string[], executable?: string, port?: number}} [options]
 */
export async function startServer(options) {
  const server = new Server(options)
  await server.start()
  return server
}

class Server {
  #process
  #folder = mkdtempSync(join(tmpdir(), "realtime-client-"))
  #output = []
  #ended

  constructor({ database = false, dev = true, flags = [], executable = EXECUTABLE, port = 0 } = {}) {
    this.options = { database, dev, flags, executable }
    this.port = port
  }

  /** Where it listens, also while it is down: after a restart it is there again. */
  get url() {
    return `http://127.0.0.1:${this.port}`
  }

  /** The last lines that it printed. */
  get output() {
    return this.#output.join("")
  }

  async start() {
    const { database, dev, flags, executable } = this.options
    const all = ["--host", "127.0.0.1", "--port", String(this.port), "--data-dir", join(this.#folder, "data"), ...flags]
    if (dev) all.unshift("--dev")
    // What the shell configures for a server of one's own is none of the test's business.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("REALTIME_"))
    const environment = { ...Object.fromEntries(inherited), REALTIME_JWT_SECRET: SECRET }
    if (!database) environment.REALTIME_DATABASE = "host=/nonexistent"

    const child = spawn(executable, all, { env: environment, stdio: ["ignore", "pipe", "pipe"] })
    this.#process = child
    running.add(this)
    this.#ended = new Promise((resolve) => child.once("close", resolve))
    const listening = new Promise((resolve, reject) => {
      const read = (text) => {
        this.#output = [...this.#output.slice(-199), text]
        const found = /listening on https?:\/\/[^\s"]*:(\d+)/.exec(text)
        if (found) resolve(Number(found[1]))
      }
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", read)
      child.once("error", reject)
      child.once("close", (code) => reject(new Error(`the server ended with ${code}:\n${this.output}`)))
    })
    this.port = await within(START_TIMEOUT, listening, () => `the server did not come up:\n${this.output}`)
    if (database) await this.#ready()
  }

  /** Its database is there when `/readyz` says so. */
  async #ready() {
    const deadline = Date.now() + START_TIMEOUT
    for (;;) {
      const response = await fetch(`${this.url}/readyz`).catch(() => null)
      await response?.arrayBuffer()
      if (response?.ok) return
      if (Date.now() > deadline) throw new Error(`the server did not become ready:\n${this.output}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** Ends it without a warning, as a crash would. */
  async kill() {
    this.#process.kill("SIGKILL")
    await this.#ended
    running.delete(this)
  }

  /** Asks it to end, which says goodbye to its clients, and waits for that. The data stays. */
  async drain() {
    this.#process.kill("SIGTERM")
    await this.#ended
    running.delete(this)
  }

  /** Ends it for good, with its data. One that has ended by itself is a failure, whatever else went well. */
  async stop() {
    const { exitCode, signalCode } = this.#process
    const hasCrashed = running.has(this) && (exitCode !== null || signalCode !== null)
    if (running.has(this)) await this.drain()
    rmSync(this.#folder, { recursive: true, force: true })
    if (hasCrashed) throw new Error(`the server ended by itself with ${exitCode ?? signalCode}:\n${this.output}`)
  }

  /** What is left to do when the tests end before they stopped it. */
  abandon() {
    this.#process.kill("SIGKILL")
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
