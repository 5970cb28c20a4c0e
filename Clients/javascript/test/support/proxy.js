// A TCP proxy between a client and the server that can do what networks do: cut, refuse, hang, delay, and let
// no WebSocket through.

import { createConnection, createServer } from "node:net"
import { once } from "node:events"

/**
 * @param {{port: number, host?: string}} target asked at each connection, so that it may be a server that starts again elsewhere
 */
export async function startProxy(target) {
  const proxy = new Proxy(target)
  await proxy.listen()
  return proxy
}

class Proxy {
  #target
  #server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
  #pairs = new Set()
  #refusing = false
  #hanging = false
  #delay = 0
  #blocking = null
  #streamless = false
  #trap = null

  constructor(target) {
    this.#target = target
  }

  async listen() {
    this.#server.listen(0, "127.0.0.1")
    await once(this.#server, "listening")
    this.port = this.#server.address().port
    this.url = `http://127.0.0.1:${this.port}`
  }

  /** How many connections go through it now. */
  get connections() {
    return this.#pairs.size
  }

  /** Breaks all connections at once; new ones are let through. */
  cut() {
    for (const pair of this.#pairs) pair.destroy()
  }

  /** While on, a new connection is broken as soon as it is made. Combine with `cut()` for a network that is gone. */
  refuse(on = true) {
    this.#refusing = on
  }

  /** While on, nothing passes in either direction and nobody is told: connections are half-open. */
  hang(on = true) {
    this.#hanging = on
    for (const pair of this.#pairs) pair.hang(on)
  }

  /** Milliseconds by which everything comes later. */
  delay(milliseconds) {
    this.#delay = milliseconds
  }

  /** What becomes of WebSocket upgrades: "refuse" answers 400, "hang" never answers, null lets them through. */
  blockWebSockets(how = "refuse") {
    this.#blocking = how
  }

  /** While on, event streams are answered 502, as by something between that can't have them. */
  blockStreams(on = true) {
    this.#streamless = on
  }

  /** The connections whose last request has this text say no more, and nobody is told. */
  hangWhere(text) {
    for (const pair of this.#pairs) if (pair.request.includes(text)) pair.hang(true)
  }

  /**
   * Ends all connections in the middle of this text, the first time that the server says it. Resolves when that has
   * been done.
   *
   * @param {string} text
   */
  cutWithin(text) {
    return new Promise((resolve) => {
      this.#trap = (bytes, pair) => {
        const start = bytes.indexOf(text)
        if (start < 0) return false
        this.#trap = null
        // What was sent before the end arrives, which it need not when a connection is reset.
        pair.client.end(bytes.subarray(0, start + text.length / 2), () => {
          this.cut()
          resolve()
        })
        return true
      }
    })
  }

  /**
   * Breaks all connections just before the server's bytes with this text would pass: what it answers has happened,
   * and nobody hears it. Resolves when that has been done.
   *
   * @param {string} text
   */
  cutBefore(text) {
    return new Promise((resolve) => {
      this.#trap = (bytes) => {
        if (!bytes.includes(text)) return false
        this.#trap = null
        this.cut()
        resolve()
        return true
      }
    })
  }

  close() {
    // A client may say a last goodbye, on a new connection, for which nobody is to wait.
    this.refuse()
    this.cut()
    this.#server.close()
  }

  #accept(client) {
    if (this.#refusing) return client.resetAndDestroy()
    const pair = new Pair(client, createConnection({ port: this.#target.port, host: this.#target.host ?? "127.0.0.1", allowHalfOpen: true }), {
      delay: () => this.#delay,
      up: (bytes) => this.#requestStopped(pair, bytes),
      down: (bytes) => this.#trap?.(bytes, pair) ?? false,
      ended: () => this.#pairs.delete(pair),
    })
    this.#pairs.add(pair)
    pair.hang(this.#hanging)
  }

  /** Whether these bytes of a client are a request that is not to be. */
  #requestStopped(pair, bytes) {
    const text = bytes.toString("latin1")
    if (/^[A-Z]+ \//.test(text)) pair.request = text
    if (this.#streamless && text.startsWith("GET /api/realtime/events")) return refuse(pair, "502 Bad Gateway")
    if (!this.#blocking || !/^GET [^]*\r\nupgrade: *websocket/i.test(text)) return false
    return this.#blocking === "hang" || refuse(pair, "400 Bad Request")
  }
}

/** Answers in the server's place. */
function refuse(pair, status) {
  pair.client.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  return true
}

/** A client's connection and the one to the server that belongs to it. */
class Pair {
  constructor(client, server, rules) {
    this.client = client
    this.server = server
    this.rules = rules
    this.hanging = false
    /** The last request on it. */
    this.request = ""
    this.#relay(client, server, rules.up)
    this.#relay(server, client, rules.down)
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on("error", () => this.destroy())
      socket.on("close", () => this.destroy())
    }
  }

  hang(on) {
    this.hanging = on
    for (const socket of [this.client, this.server]) on ? socket.pause() : socket.resume()
  }

  destroy() {
    for (const socket of [this.client, this.server]) {
      // One that is ending already can't be reset: Node would never let go of it.
      if (socket.writableEnded) socket.destroy()
      else if (!socket.destroyed) socket.resetAndDestroy()
    }
    this.rules.ended()
  }

  #relay(from, to, stop) {
    // One line for both kinds, so that the end comes after the bytes before it.
    const pass = (action) => {
      const delay = this.rules.delay()
      delay ? setTimeout(action, delay) : action()
    }
    from.on("data", (bytes) => {
      if (!stop(bytes)) pass(() => to.destroyed || to.write(bytes))
    })
    from.on("end", () => pass(() => to.destroyed || to.end()))
  }
}
