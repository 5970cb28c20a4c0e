// A link over plain HTTP: what the server says is asked for, by polls or as a stream; what the client says goes by posts,
// one after the other.

/** @typedef {import("./types.js").Envelope} Envelope */

/**
 * What the server's messages are asked for with.
 *
 * @typedef {object} Way
 * @property {(path: string) => Promise<Response>} call asks for what came after the last message
 * @property {(answer: {session_id?: string, events?: Envelope[], reset?: boolean}) => void} take takes what has come
 */

/** How many messages go in one post. The server takes a mebibyte, and of most servers that many fit in however long. */
const MOST = 10

/**
 * Goodbyes that have not come to the server: they are said again when something does.
 *
 * @type {Set<() => void>}
 */
const unsaid = new Set()

/**
 * @param {import("./connection.js").LinkOptions} options
 * @param {(way: Way) => Promise<void>} listen makes one request, until all has come that it brings
 * @returns {import("./connection.js").Link}
 */
export function openHTTP({ url, token, device, fetch, message, heard, closed }, listen) {
  const aborter = new AbortController()
  const { signal } = aborter
  let session = "new"
  let last = ""
  let heartbeat = 25_000
  /** Requests since something came. Where two in a row bring nothing and break, it is not the network's whim. */
  let idle = 2
  /** @type {any} */
  let silence
  /**
   * What is not answered yet.
   *
   * @type {string[]}
   */
  const unsent = []

  /**
   * @param {string} path
   * @param {RequestInit} [init]
   */
  const request = (path, init) =>
    fetch(`${url}/api/realtime/${path}?session=${session}&lastMessageId=${last}&wait=${heartbeat * 0.0008}&${device}`, {
      headers: { authorization: `Bearer ${token}` },
      ...init,
    })

  /**
   * @param {string} path
   * @param {RequestInit} [init]
   */
  const call = async (path, init) => {
    const response = await request(path, { signal, ...init })
    if (response.ok) return response
    // The server's own refusal says what is wrong; one without this form is of something between.
    const { error } = await response.json()
    end(error && 4000 + response.status, Number(response.headers.get("retry-after")) * 1000)
    throw error
  }

  /** @type {Way["take"]} */
  const take = ({ session_id, events, reset }) => {
    session = session_id ?? session
    // The server does not know the session any more, and has begun another one.
    if (reset || signal.aborted) return end()
    heartbeat = events?.[0]?.data?.heartbeat_ms ?? heartbeat
    // Posts may be answered while nothing comes this way, so this has a watch of its own.
    clearTimeout(silence)
    silence = setTimeout(end, heartbeat * 2)
    heard()
    if (events) idle = 0
    if (!last) for (const leave of unsaid) leave()
    for (const event of events ?? []) {
      last = event.message_id ?? last
      message(event)
      if (event.type === "disconnect") end()
    }
  }

  const run = async () => {
    do {
      idle++
      await listen({ call, take }).catch(() => {})
    } while (idle < 3 && !signal.aborted)
    end()
  }

  const post = async () => {
    // What is said in one moment goes together.
    await null
    while (unsent.length) {
      const some = unsent.slice(0, MOST)
      const response = await call("send", { method: "POST", body: `[${some}]` })
      for (const answer of await response.json()) message(answer)
      unsent.splice(0, some.length)
    }
  }

  /**
   * @param {number} [code]
   * @param {number} [retryAfter]
   */
  const end = (code, retryAfter) => {
    if (signal.aborted) return
    close()
    closed(code, retryAfter)
  }

  const close = () => {
    clearTimeout(silence)
    aborter.abort()
    // The server need not wait for what does not come again. The request goes on when the page does not.
    const leave = () => {
      request("poll", { method: "DELETE", keepalive: true }).then(() => unsaid.delete(leave), () => {})
    }
    if (!last) return
    unsaid.add(leave)
    leave()
  }

  run()

  return {
    send(envelope) {
      if (unsent.push(JSON.stringify(envelope)) < 2) post().catch(() => end())
    },
    close,
    renew(fresh) {
      token = fresh
    },
  }
}
