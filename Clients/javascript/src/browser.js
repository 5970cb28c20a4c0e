// What a page knows of its network and of being looked at. Elsewhere, as in Node, there is nothing of it.

/**
 * @param {(type: "offline" | "online" | "wake" | "hide") => void} tell
 * @returns {() => void} stops watching
 */
export function watchPage(tell) {
  const { document } = globalThis
  if (!globalThis.addEventListener) return () => {}
  /** @type {[EventTarget, string, () => void][]} */
  const watched = [
    [globalThis, "offline", () => tell("offline")],
    [globalThis, "online", () => tell("online")],
    [globalThis, "pageshow", () => tell("wake")],
    [globalThis, "pagehide", () => tell("hide")],
  ]
  if (document) watched.push([document, "visibilitychange", () => document.hidden || tell("wake")])
  for (const [target, event, listener] of watched) target.addEventListener(event, listener)
  return () => {
    for (const [target, event, listener] of watched) target.removeEventListener(event, listener)
  }
}

/** An id that stays with this browser, so that the server knows it again; none where nothing can be kept. */
export function keptDeviceId() {
  const key = "realtime.device"
  try {
    const { localStorage } = globalThis
    const id = localStorage.getItem(key) ?? Math.random().toString(36).slice(2) + Date.now().toString(36)
    localStorage.setItem(key, id)
    return id
  } catch {
    return null
  }
}
