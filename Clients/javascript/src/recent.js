/**
 * Remembers the last so many.
 *
 * @param {number} [limit]
 */
export function createRecent(limit = 1_000) {
  /** @type {Set<string>} */
  const known = new Set()
  return {
    /** @param {string} id */
    has: (id) => known.has(id),
    /**
     * Gives false when it was there already.
     *
     * @param {string} id
     */
    add(id) {
      if (known.has(id)) return false
      known.add(id)
      if (known.size > limit) known.delete(/** @type {string} */ (known.values().next().value))
      return true
    },
  }
}
