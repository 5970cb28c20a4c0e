// The backend's side of a test: what an application would do over HTTP.

import { serviceToken } from "./tokens.js"

/** @param {{url: string}} server */
export function backend(server) {
  const authorization = `Bearer ${serviceToken()}`

  async function call(method, path, body) {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }
  const segment = encodeURIComponent

  return {
    call,
    /** To a room (`room_id`), to users (`user_ids`) or to all (`all: true`). */
    broadcast: (type, data, to) => call("POST", "/broadcast", { type, data, ...to }),
    task: (type, data) => call("POST", "/tasks", { type, data }),
    notify: (user, title, more) => call("POST", "/notifications", { user_id: user, title, message: title, ...more }),
    /** What became of a notification, with its timeline. */
    notification: (id) => call("GET", `/notifications/${segment(id)}`),
    notifications: (user, query = "") => call("GET", `/users/${segment(user)}/notifications${query}`),
    room: (id) => call("GET", `/rooms/${segment(id)}`),
    user: (id) => call("GET", `/users/${segment(id)}`),
    disconnect: (user) => call("DELETE", `/users/${segment(user)}/connections`),
    revoke: (what) => call("POST", "/revocations", what),
    stats: () => call("GET", "/stats"),
  }
}
