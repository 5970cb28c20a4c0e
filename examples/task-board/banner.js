// The truth about the connection, in one line below the header; nothing where there is nothing to say.

import { byId } from "./page.js"

/** How long the first connection, or a return, may take before it is worth a line. */
const PATIENCE = 600

const LOST = "The connection is lost; what you do is kept, and sent when it is back."

const WORDS = {
  offline: "You are offline; what you do is kept, and sent when you are back.",
  server: "The server is restarting; what you do is kept, and sent when it is back.",
  rate_limited: "The server asked for a pause; what you do is kept.",
  token: "No token could be had.",
  unauthenticated: "You are signed out.",
  forbidden: "The server does not let this page in.",
  replaced: "The connection was ended by an administrator.",
}

const FALLBACKS = {
  sse: "Connected without WebSocket, by server-sent events.",
  longpoll: "Connected without WebSocket, by asking again and again.",
}

/** What to say of a state: `tone` is `calm` when all works, `still` when nothing happens by itself. */
export function describe({ name, transport, reason, willRetry, retryAt }) {
  if (name === "connected") return transport === "websocket" ? null : { text: FALLBACKS[transport], tone: "calm" }
  if (name === "connecting") return { text: "Connecting…", tone: "calm", patient: true }
  if (name === "reconnecting") {
    return { text: WORDS[reason] ?? LOST, retryAt, button: reason === "offline" ? null : "Try now", patient: !retryAt }
  }
  if (name === "disconnected" && reason !== "closed_by_user") {
    const button = reason === "unauthenticated" ? "Sign in again" : "Connect again"
    return { text: WORDS[reason] ?? "The connection has ended.", tone: "still", button }
  }
  return null
}

/** Follows a client until the returned function is called. */
export function followConnection(client, { signInAgain }) {
  const banner = byId("banner")
  const button = byId("banner-button")
  const timers = {}

  function show(state, line) {
    banner.hidden = !line
    byId("banner-text").textContent = line?.text ?? ""
    banner.className = `banner ${line?.tone ?? ""}`
    banner.dataset.state = state.name
    button.hidden = !line?.button
    button.textContent = line?.button ?? ""
    button.onclick = () => (state.reason === "unauthenticated" ? signInAgain() : client.connect())
    count(line?.retryAt)
  }

  /** Counts down by the clock; to the eye alone, as nobody wants to hear it every second. */
  function count(retryAt) {
    clearTimeout(timers.count)
    const left = retryAt ? retryAt - Date.now() : 0
    const seconds = Math.ceil(left / 1000)
    byId("banner-countdown").textContent = seconds > 0 ? `Trying again in ${seconds} s.` : retryAt ? "Trying…" : ""
    if (seconds > 0) timers.count = setTimeout(() => count(retryAt), left % 1000 || 1000)
  }

  function changed(state) {
    clearTimeout(timers.patience)
    const line = describe(state)
    // A line that would be gone again at once helps nobody; one that is there stays until there is something new.
    if (line?.patient && banner.hidden) timers.patience = setTimeout(() => show(state, line), PATIENCE)
    else show(state, line)
  }

  const undo = client.on("state", changed)
  changed(client.state)
  return () => {
    undo()
    clearTimeout(timers.patience)
    show(client.state, null)
  }
}
