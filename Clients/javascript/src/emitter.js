/**
 * Listeners by the name of what they listen to.
 */
export function createEmitter() {
  /** @type {Map<string, Set<[(value: any) => any]>>} */
  const events = new Map()

  return {
    /**
     * Calls the listener at every such event, until the function that this returns is called.
     *
     * @param {string} event
     * @param {(value: any) => any} listener
     * @returns {() => void}
     */
    on(event, listener) {
      /** @type {[typeof listener]} */
      const entry = [listener]
      const entries = events.get(event) ?? new Set()
      events.set(event, entries.add(entry))
      return () => {
        entries.delete(entry)
      }
    },

    /**
     * Calls all listeners at once. One that throws keeps none of the others from hearing it.
     *
     * @param {string} event
     * @param {any} [value]
     * @returns {Promise<boolean>} whether all went well, also what they promised
     */
    emit(event, value) {
      // An async function runs at once up to its first `await`, and turns what it throws into a rejection.
      const calls = [...(events.get(event) ?? [])].map(async ([listener]) => listener(value))
      return Promise.all(calls).then(
        () => true,
        (error) => {
          console.error(error)
          return false
        },
      )
    },
  }
}
