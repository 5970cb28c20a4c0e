// Tokens for tests: signed here, with any life, or given by the server as a newcomer gets them.

import { createHmac } from "node:crypto"

/** What the servers of the tests take tokens of. Nothing else knows them, and nobody is to keep anything out. */
export const SECRET = "the secret of servers that the client's tests start"

/**
 * A token of the test servers' secret.
 *
 * @param {string} sub whose it is
 * @param {{ttl?: number, [claim: string]: any}} [claims] `ttl` in seconds, and any other claims
 */
export function token(sub, { ttl = 3600, ...claims } = {}) {
  const now = Date.now() / 1000
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const content = { sub, iat: Math.floor(now), exp: now + ttl, rooms: { "*": "rw" }, ...claims }
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(content)}`
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`
}

/** A backend's token. */
export const serviceToken = () => token("backend", { scope: "service", rooms: undefined })

/**
 * A token from `/dev/token`, as the board gets its own.
 *
 * @param {string} url
 * @param {{sub: string, name?: string, rooms?: object, device_id?: string, scope?: "service"}} claims
 */
export async function devToken(url, claims) {
  const response = await fetch(`${url}/dev/token`, { method: "POST", body: JSON.stringify(claims) })
  if (!response.ok) throw new Error(`/dev/token answered ${response.status}: ${await response.text()}`)
  return (await response.json()).token
}
