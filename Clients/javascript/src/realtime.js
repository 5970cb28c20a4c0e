/**
 * The client of a Realtime server, for web pages and for programs.
 *
 *     import { createClient } from "/client/realtime.js"
 *
 *     const client = createClient({ getToken: () => fetch("/session/token").then((response) => response.text()) })
 *     client.connect()
 *     const room = client.room("project_7")
 *     room.on("chat_message", ({ user_id, data }) => console.log(user_id, data.content))
 *     await room.join()
 *     await room.publish("chat_message", { content: "Hello" })
 *
 * It comes back by itself after every loss, and what was missed comes then, each once and in order.
 */
export { createClient } from "./client.js"
export { RealtimeError } from "./errors.js"
