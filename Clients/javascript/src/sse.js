import { openHTTP } from "./http.js"

/**
 * A link over Server-Sent Events. They are read from an ordinary answer, as a browser's EventSource can send a token in the
 * address alone, where others see it.
 *
 * @param {import("./connection.js").LinkOptions} options
 */
export const openEvents = (options) =>
  openHTTP(options, async ({ call, take }) => {
    const { body } = await call("events")
    const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader()
    const decoder = new TextDecoder()
    let text = ""
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      const parts = text.split("\n\n")
      text = /** @type {string} */ (parts.pop())
      for (const part of parts) {
        const data = part.replace(/^(?!data: ).*\n?|^data: /gm, "")
        // A comment has no data: it is there so that something comes.
        const content = data ? JSON.parse(data) : { events: [] }
        take(content.type ? { events: [content] } : content)
      }
    }
  })
