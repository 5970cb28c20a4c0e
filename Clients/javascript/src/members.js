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
  const others = () => members.filter((member) => member.user_id !== id)
  if (type === "user_online") {
    const known = members.find((member) => member.user_id === id)
    return [...others(), { since: timestamp, ...known, ...data }]
  }
  if (type === "user_offline") return others()
  if (type === "presence_update") {
    return members.map((member) => (member.user_id === id ? { ...member, custom: undefined, ...data } : member))
  }
  return members
}
