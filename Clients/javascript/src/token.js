// Which token is used, and when another is asked for. No token is ever logged.

/**
 * @param {Pick<import("./types.js").ClientOptions, "token" | "getToken">} options
 * @param {(token: string) => Promise<Envelope>} renew brings the server a new token, and gives its answer
 * @typedef {import("./types.js").Envelope} Envelope
 */
export function createTokens({ token, getToken }, renew) {
  /** @type {string | null | undefined} */
  let held = token
  /** The local time from which another one is asked for: at four fifths of its life. */
  let renewAt = Infinity
  /** @type {any} */
  let timer

  const renewNow = async () => {
    renewAt = Infinity
    try {
      held = await getToken?.({ reason: "expiring" })
      if (held) livesUntil(await renew(held))
    } catch {
      // The one in use may last a little longer; when it does not, the server says so.
      plan(RETRY)
    }
  }

  /** @param {number} milliseconds */
  const plan = (milliseconds) => {
    renewAt = Date.now() + milliseconds
    clearTimeout(timer)
    timer = setTimeout(renewNow, Math.min(milliseconds, 2 ** 31 - 1))
  }

  /**
   * Learns from the server how long the token lives, by the server's clock alone.
   *
   * @param {Envelope} envelope
   */
  const livesUntil = ({ data, timestamp }) => {
    rest()
    renewAt = Infinity
    const life = Date.parse(data.token_expires_at) - Date.parse(`${timestamp}`)
    if (getToken && life) plan(life * 0.8)
  }

  const rest = () => clearTimeout(timer)

  return {
    renewable: !!getToken,
    livesUntil,
    /** There is no connection on which a token could be renewed. */
    rest,
    /** The next connection may be somebody else's. */
    forget() {
      if (getToken) held = null
    },

    /** For when the timer is late, as in a page that was not shown: renews the token now if it is time. */
    check() {
      if (Date.now() >= renewAt) renewNow()
    },

    /**
     * @param {boolean} fresh whether the one that was used was refused
     */
    async get(fresh) {
      if (getToken && (fresh || !held || Date.now() >= renewAt)) {
        held = await getToken({ reason: fresh ? "refused" : held ? "expiring" : "connect" })
      }
      return held
    },
  }
}

/** Milliseconds until `getToken` is asked again where it failed, or the server could not look at the token. */
const RETRY = 5_000
