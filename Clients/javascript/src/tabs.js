/**
 * Speaks with the other tabs of this browser that show the same user.
 *
 * @param {(message: any) => void} heard
 */
export function createTabs(heard) {
  /** @type {BroadcastChannel | undefined} */
  let channel
  return {
    /** @param {string} name tabs of the same name hear each other */
    open(name) {
      if (channel?.name === name || !globalThis.BroadcastChannel) return
      channel?.close()
      channel = new BroadcastChannel(name)
      channel.onmessage = ({ data }) => heard(data)
    },
    /** @param {any} message */
    tell: (message) => channel?.postMessage(message),
    close() {
      channel?.close()
      channel = undefined
    },
  }
}
