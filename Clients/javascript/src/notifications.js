// A user's notifications: each told once and acknowledged when it has been, the list and the counts kept true.

import { createEmitter } from "./emitter.js"
import { marked, merged } from "./inbox-list.js"
import { createRecent } from "./recent.js"

/** @typedef {import("./types.js").Envelope} Envelope */
/** @typedef {import("./types.js").Notification} Notification */
/** @typedef {"all" | "unread" | "archived"} Filter */

/** How many of those wait that came before anybody listened; the server sends the others again. */
const PATIENCE = 100
const PAGE = 20
/** How long what belongs together may take to come, in milliseconds. */
const SOON = 200

/**
 * @param {object} client
 * @param {(type: string, data: any, options?: import("./types.js").SendOptions) => Promise<any>} client.ask
 * @param {(message: any) => void} client.tell
 */
export function createNotifications({ ask, tell }) {
  const { on, emit } = createEmitter()
  let inbox = { items: /** @type {Notification[]} */ ([]), counts: { unread: 0, unseen: 0 } }
  /** @type {Filter} */
  let filter = "all"
  /**
   * Where the next page begins; undefined where there is none.
   *
   * @type {string | undefined}
   */
  let next
  /** Somebody wants to know of notifications; somebody has asked for the list. */
  let isActive = false
  let isLoaded = false
  let isRefreshing = false
  /** The newest that is counted. */
  let newest = 0
  /** @type {any} */
  let comparing
  /** What is done when the server has answered all marks. */
  let marking = Promise.resolve()
  /** Another one after each mark: a list that was asked for before is not true any more. */
  let version = 0

  const handled = createRecent()
  /**
   * Those that listeners are being told of, one after the other.
   *
   * @type {Set<string>}
   */
  const running = new Set()
  let line = Promise.resolve()
  /** @type {Envelope[]} */
  let early = []
  /**
   * What is to be acknowledged, all of one moment in one message.
   *
   * @type {string[]}
   */
  let acks = []

  /** @param {Partial<typeof inbox>} changed */
  const show = (changed) => {
    inbox = { ...inbox, ...changed }
    emit("change", publicInbox)
  }

  const activate = () => {
    if (isActive) return
    isActive = true
    // Other listeners of the same moment are to be there.
    queueMicrotask(() => early.splice(0).forEach(arrived))
  }

  /** @param {string} id */
  const acknowledge = (id) => {
    if (acks.push(id) > 1) return
    setTimeout(() => {
      const ids = acks.splice(0)
      // Where it does not reach the server, that sends them again, and they are acknowledged again.
      ask("notification_ack", { notification_ids: ids }, { volatile: true }).catch(() => {})
    })
  }

  /** @param {Envelope} envelope */
  const arrived = (envelope) => {
    if (!isActive) return void (early.length < PATIENCE && early.push(envelope))
    const { data } = envelope
    const id = data.notification_id
    if (running.has(id)) return
    if (handled.has(id)) return acknowledge(id)
    running.add(id)
    const known = inbox.items.find((item) => item.notification_id === id)
    // One that comes again may have been on its way when it was marked.
    const item = { seen: data.read, archived: false, ...data, ...known, attempt: data.attempt }
    // One that is older was counted when the list was loaded; where it is not in the list, it does not belong there.
    const isNew = data.seq > newest
    const counted = +(isNew && !data.read)
    newest = Math.max(newest, data.seq)
    const { unread, unseen } = inbox.counts
    show({
      items: known || isNew || !isLoaded ? merged(inbox.items, [item], filter) : inbox.items,
      counts: { unread: unread + counted, unseen: unseen + counted },
    })
    line = line.then(async () => {
      const isGood = await emit("notification", item)
      running.delete(id)
      if (!isGood) return
      handled.add(id)
      acknowledge(id)
    })
  }

  /**
   * Where the server counts otherwise, the notification that it counts is about to come, or what was marked here has not
   * come to it yet, or else somebody else has marked something: then a look at the list knows.
   *
   * @param {import("./types.js").Counts} counts
   */
  const compare = (counts) => {
    if (!isLoaded) return show({ counts })
    clearTimeout(comparing)
    comparing = setTimeout(() => {
      const { unread, unseen } = inbox.counts
      if (counts.unread !== unread || counts.unseen !== unseen) refresh()
    }, SOON)
  }

  /** Looks at the newest again; what is older stays as it is known. */
  const refresh = async () => {
    version++
    // The look that is under way asks once more by itself.
    if (!isLoaded || isRefreshing) return
    isRefreshing = true
    await fetchPage(undefined, true).catch(() => {})
    isRefreshing = false
  }

  /**
   * @param {string} [before] where the page begins
   * @param {boolean} [isAgain] whether what is older than the page stays
   */
  const fetchPage = async (before, isAgain) => {
    /** @type {any} */
    let page
    let asked
    const { items } = inbox
    do {
      asked = version
      await marking
      page = await ask("notification_list", { limit: PAGE, filter, before })
    } while (asked !== version)
    const oldest = page.items.at(-1)?.seq
    const latest = page.items[0]?.seq ?? 0
    const kept = inbox.items.filter((item) => {
      // One that is read in the list of unread ones stays there, also when that happens while the list is asked for.
      if (item.read && filter === "unread") return isAgain || before || !items.includes(item)
      if (item.seq > latest) return before || filter !== "archived"
      return isAgain && page.next && item.seq < oldest
    })
    newest = Math.max(newest, latest)
    if (!isAgain || !page.next) next = page.next
    show({ items: merged(kept, page.items, filter), counts: { unread: page.unread, unseen: page.unseen } })
  }

  /**
   * Marks at once, tells the server, and takes it back when that refuses.
   *
   * @param {string} mark
   * @returns {(ids: string | string[] | "all") => Promise<void>}
   */
  const marker = (mark) => async (some) => {
    const ids = some === "all" ? some : [some].flat()
    const { before, ...after } = marked(inbox, mark, ids, filter)
    const { counts } = inbox
    version++
    show(after)
    tell({ mark, ids })
    const telling = ask(`notification_${mark}`, ids === "all" ? { all: true } : { notification_ids: ids })
    const others = marking
    marking = telling.catch(() => {}).then(() => others)
    try {
      await telling
    } catch (error) {
      show({ items: merged(inbox.items, before, filter), counts })
      tell({})
      refresh()
      throw error
    }
  }

  const publicInbox = {
    /** The notifications, newest first; another array after each change. */
    get items() {
      return inbox.items
    },
    /** How many are unread and unseen, in all. */
    get counts() {
      return inbox.counts
    },
    /** Whether `loadMore` has more. */
    get hasMore() {
      return !!next
    },

    /**
     * Listens to `notification` (each once, in the order in which they come; it is acknowledged when all listeners have run,
     * and what they promised is kept, without throwing; else it comes again), or to `change` of what is shown.
     *
     * @param {"notification" | "change"} event
     * @param {(value: any) => any} listener
     */
    on(event, listener) {
      activate()
      return on(event, listener)
    },

    /**
     * Loads the newest.
     *
     * @param {{filter?: Filter}} options
     */
    async load({ filter: wanted = filter } = {}) {
      activate()
      if (wanted !== filter) {
        filter = wanted
        version++
        inbox = { ...inbox, items: [] }
      }
      isLoaded = true
      await fetchPage()
    },

    /** Loads what is older. */
    async loadMore() {
      if (next) await fetchPage(next)
    },

    seen: marker("seen"),
    read: marker("read"),
    unread: marker("unread"),
    archive: marker("archive"),
    unarchive: marker("unarchive"),
  }

  return {
    inbox: publicInbox,
    /**
     * What comes; only notifications and the counts matter here.
     *
     * @param {Envelope} envelope
     */
    receive(envelope) {
      if (envelope.type === "system_notification") arrived(envelope)
      if (envelope.type === "notification_counts") compare(envelope.data)
    },
    /**
     * Another tab has marked something, or has taken it back.
     *
     * @param {{mark?: string, ids?: any}} message
     */
    heard({ mark, ids }) {
      if (mark) {
        version++
        show(marked(inbox, mark, ids, filter))
      } else refresh()
    },
    /** What happened while there was no connection is not told. */
    refresh,
    /** The next one may be another user. */
    forget() {
      clearTimeout(comparing)
      inbox = { items: [], counts: { unread: 0, unseen: 0 } }
      next = undefined
      early = []
    },
  }
}
