/** @typedef {import("./types.js").Envelope} Envelope */
/** @typedef {import("./types.js").Member} Member */

/**
 * Who is in a room after somebody came, went or said something of themselves.
 *
 * @param {Member[]} members
 * @param {Envelope} envelope
 * @returns {Member[]} another array when something changed
 */
export function changedMembers(members, { type, data, user_id, timestamp = "" }) {
  const id = data?.user_id ?? user_id
  const known = members.find((member) => member.user_id === id)
  const others = members.filter((member) => member !== known)
  if (type === "user_online") return [...others, { since: timestamp, ...known, ...data }]
  if (type === "user_offline") return others
  if (type !== "presence_update") return members
  return members.map((member) => (member === known ? { ...known, custom: undefined, ...data } : member))
}
