// A user's notifications as a list, newest first, and what marking does to it and to the counts: values in, values out.

/** @typedef {import("./types.js").Notification} Notification */
/** @typedef {import("./types.js").Counts} Counts */
/** @typedef {{items: Notification[], counts: Counts}} Inbox */

/**
 * What each mark says of a notification.
 *
 * @type {Record<string, Partial<Notification>>}
 */
const MARKS = {
  seen: { seen: true },
  read: { seen: true, read: true },
  unread: { read: false },
  archive: { archived: true },
  unarchive: { archived: false },
}

/**
 * Puts notifications into the list; of two with the same id the latter one stays.
 *
 * @param {Notification[]} items
 * @param {Notification[]} more
 * @param {string} filter
 */
export function merged(items, more, filter) {
  const byId = new Map([...items, ...more].map((item) => [item.notification_id, item]))
  return [...byId.values()]
    .filter(({ archived, state }) => archived === (filter === "archived") && state !== "superseded")
    .sort((a, b) => b.seq - a.seq)
}

/**
 * Marks notifications, as the server is going to.
 *
 * @param {Inbox} inbox
 * @param {string} mark
 * @param {string[] | "all"} ids
 * @param {string} filter
 * @returns {Inbox & {before: Notification[]}} with the marked ones as they were before
 */
export function marked({ items, counts }, mark, ids, filter) {
  const before = items.filter(({ notification_id }) => ids === "all" || ids.includes(notification_id))
  const after = before.map((item) => ({ ...item, ...MARKS[mark] }))
  // Of all: also of those that are not in the list.
  const isAll = ids === "all" && !mark.startsWith("un")
  /**
   * @param {Notification[]} some
   * @param {"read" | "seen"} key
   */
  const lacking = (some, key) =>
    some.filter((item) => !item[key] && !item.archived && item.state !== "expired").length
  /**
   * @param {number} count
   * @param {"read" | "seen"} key
   */
  const changed = (count, key) => Math.max(0, count + lacking(after, key) - lacking(before, key))
  return {
    items: merged(items, after, filter),
    counts: {
      unread: isAll && mark !== "seen" ? 0 : changed(counts.unread, "read"),
      unseen: isAll ? 0 : changed(counts.unseen, "seen"),
    },
    before,
  }
}
