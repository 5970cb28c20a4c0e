// What a page knows of its network and of being looked at. Elsewhere, as in Node, there is nothing of it.

/**
 * @param {(type: "offline" | "online" | "pageshow" | "pagehide") => void} tell
 * @returns {() => void} stops watching
 */
export function watchPage(tell) {
  const aborter = new AbortController()
  for (const type of /** @type {const} */ (["offline", "online", "pageshow", "pagehide"])) {
    globalThis.addEventListener?.(type, () => tell(type), aborter)
  }
  // A tab that is shown again may have slept as long as a page that is.
  globalThis.document?.addEventListener("visibilitychange", () => document.hidden || tell("pageshow"), aborter)
  return () => aborter.abort()
}

/** An id that stays with this browser, so that the server knows it again; none where nothing can be kept. */
export function keptDeviceId() {
  try {
    return (localStorage["realtime.device"] ??= Math.random().toString(36).slice(2) + Date.now())
  } catch {
    return null
  }
}
