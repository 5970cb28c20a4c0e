// A user's notifications as a list, newest first, and what marking does to it and to the counts: values in, values out.

/** @typedef {import("./types.js").Notification} Notification */
/** @typedef {import("./types.js").Counts} Counts */
/** @typedef {{items: Notification[], counts: Counts}} Inbox */

/**
 * What each mark says of a notification.
 *
 * @type {Record<string, Partial<Notification>>}
 */
export const MARKS = {
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
  const change = MARKS[mark]
  const before = items.filter(({ notification_id }) => ids === "all" || ids.includes(notification_id))
  const after = before.map((item) => ({ ...item, ...change }))
  let { unread, unseen } = counts
  if (ids === "all" && mark !== "unread" && mark !== "unarchive") {
    // Of all: also of those that are not in the list.
    unseen = 0
    if (mark !== "seen") unread = 0
  } else {
    /** @param {Notification} item */
    const counted = ({ archived, state }) => +!(archived || state === "expired")
    before.forEach((item, index) => {
      const now = after[index]
      unread += counted(now) * +!now.read - counted(item) * +!item.read
      unseen += counted(now) * +!now.seen - counted(item) * +!item.seen
    })
  }
  return { items: merged(items, after, filter), counts: { unread: Math.max(0, unread), unseen: Math.max(0, unseen) }, before }
}
