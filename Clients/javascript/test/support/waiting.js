// Waiting for what happens, never for a time: each has a deadline that only a failure reaches.

/** Long, because a machine that is busy with other things must not make a test fail. */
export const DEADLINE = 45_000

/**
 * The promise's value, or an error that says what was waited for.
 *
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @param {string | (() => string)} what
 * @returns {Promise<T>}
 */
export async function within(milliseconds, promise, what) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(typeof what === "function" ? what() : `no ${what} in time`)), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The next value that `target.on(event, …)` gives and that `accept` takes.
 *
 * @param {{on: (event: string, listener: (value: any) => void) => () => void}} target
 * @param {string} event
 * @param {(value: any) => boolean} [accept]
 */
export function next(target, event, accept = () => true) {
  let undo
  const found = new Promise((resolve) => {
    undo = target.on(event, (value) => {
      if (accept(value)) resolve(value)
    })
  })
  return within(DEADLINE, found, event).finally(undo)
}

/**
 * Waits until the client's state is as asked, which it may be already.
 *
 * @param {{state: any, on: Function}} client
 * @param {string | ((state: any) => boolean)} wanted a state's name, or what it has to fulfil
 */
export function inState(client, wanted) {
  const accept = typeof wanted === "function" ? wanted : (state) => state.name === wanted
  return accept(client.state) ? Promise.resolve(client.state) : next(client, "state", accept)
}

/**
 * Collects what an event gives, and waits until there is as much as asked.
 *
 * @param {{on: (event: string, listener: (value: any) => void) => () => void}} target
 * @param {string} event
 */
export function collect(target, event) {
  const values = []
  const waiting = new Set()
  target.on(event, (value) => {
    values.push(value)
    for (const check of waiting) check()
  })
  return {
    values,
    /** @param {(values: any[]) => boolean} enough */
    until(enough) {
      let check
      const found = new Promise((resolve) => {
        check = () => enough(values) && resolve(values)
        waiting.add(check)
        check()
      })
      return within(DEADLINE, found, () => `not enough of ${event}: ${JSON.stringify(values).slice(0, 2000)}`).finally(
        () => waiting.delete(check),
      )
    },
  }
}

/**
 * Asks again until the answer is as it should be: for what only a question shows, such as the server's own numbers.
 *
 * @template T
 * @param {() => T | Promise<T>} ask
 * @param {(answer: T) => boolean} accept
 */
export async function eventually(ask, accept = Boolean) {
  const deadline = Date.now() + DEADLINE
  for (;;) {
    const answer = await ask()
    if (accept(answer)) return answer
    if (Date.now() > deadline) throw new Error(`still not as it should be: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
