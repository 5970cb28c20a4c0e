// A WebSocket with the browser's interface: Node's own where it has one, else the Debian package node-ws.

import { createRequire } from "node:module"

const require = createRequire(import.meta.url)

function packaged() {
  try {
    return require("ws")
  } catch {
    return require("/usr/share/nodejs/ws")
  }
}

export const WebSocket = globalThis.WebSocket ?? packaged()
