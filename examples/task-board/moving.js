// Moving cards: by mouse, by a finger that rests on one first, and by keyboard. What a move means is somebody else's.

import { announce } from "./page.js"

/** So far a mouse goes before a press is a drag, and so long a finger rests before it is not scrolling. */
const SLACK = 6
const REST = 220
/** So close to an edge the list or the board scrolls along. */
const EDGE = 48

/**
 * @param {HTMLElement} board holds the columns, each a `.column` with a `.cards` list of `.card`
 * @param {object} to
 * @param {(id: string, status: string, before: string | undefined) => void} to.move a card was put down elsewhere
 * @param {() => void} to.settled nothing is held any more: what waited for that may be drawn
 */
export function makeMovable(board, { move, settled }) {
  /** A press that may become a drag. */
  let press = null
  /** What is held: the card, where it came from, and the copy that follows the pointer, if a pointer holds it. */
  let held = null
  let isShifting = false
  const ended = new AbortController()
  const { signal } = ended

  const columns = () => [...board.querySelectorAll(".column")]
  const others = (list) => [...list.querySelectorAll(".card:not(.gap, .grabbed)")]
  const title = (card) => card.querySelector(".card-title").textContent

  function where(card) {
    const column = card.closest(".column")
    const cards = [...column.querySelectorAll(".card")]
    return `${column.querySelector(".column-name").textContent}, ${cards.indexOf(card) + 1} of ${cards.length}`
  }

  function hold(card, ghost) {
    held = { card, ghost, list: card.parentElement, next: card.nextElementSibling }
    document.body.classList.add("moving")
    card.classList.add(ghost ? "gap" : "grabbed")
  }

  function letGo() {
    const { card, list, next } = held
    held.card.classList.remove("gap", "grabbed")
    held = null
    document.body.classList.remove("moving")
    return { card, hasMoved: card.parentElement !== list || card.nextElementSibling !== next }
  }

  function putDown() {
    const { card, hasMoved } = letGo()
    if (hasMoved) {
      move(card.dataset.id, card.closest(".column").dataset.status, card.nextElementSibling?.dataset.id)
      announce(`${title(card)} is in ${where(card)}.`)
    }
    settled()
  }

  function putBack() {
    const { card, list, next } = held
    const isFocused = card.contains(document.activeElement)
    isShifting = true
    list.insertBefore(card, next)
    if (isFocused) card.querySelector(".card-title").focus()
    isShifting = false
    letGo()
    announce(`${title(card)} is back in ${where(card)}.`)
    settled()
  }

  // By pointer

  function lift() {
    clearTimeout(press.timer)
    const { card, x, y, pointer } = press
    const { left, top, width, height } = card.getBoundingClientRect()
    const ghost = card.cloneNode(true)
    ghost.classList.add("lifted")
    ghost.inert = true
    Object.assign(ghost.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` })
    document.body.append(ghost)
    board.setPointerCapture(pointer)
    hold(card, ghost)
    Object.assign(held, { fromX: x, fromY: y, x, y, middle: top + height / 2 - y })
    requestAnimationFrame(scrollAlong)
  }

  /** Brings copy and gap to where the pointer is. All is measured first and changed then, so that it is laid out once. */
  function follow() {
    const { card, ghost, fromX, fromY, x, y, middle } = held
    const distance = (column) => {
      const { left, right } = column.getBoundingClientRect()
      return Math.max(left - x, x - right, 0)
    }
    const nearest = columns().reduce((best, column) => (distance(column) < distance(best) ? column : best))
    const list = nearest.querySelector(".cards")
    const next = others(list).find((other) => {
      const { top, height } = other.getBoundingClientRect()
      return top + height / 2 > y + middle
    })
    ghost.style.translate = `${x - fromX}px ${y - fromY}px`
    if (card.parentElement !== list || card.nextElementSibling !== (next ?? null)) list.insertBefore(card, next ?? null)
  }

  /** Once for each picture that is drawn, however often the pointer moves meanwhile. */
  function scrollAlong() {
    if (!held?.ghost) return
    const push = (at, from, to) => (at < from + EDGE ? -8 : at > to - EDGE ? 8 : 0)
    const list = held.card.parentElement
    const inner = list.getBoundingClientRect()
    const outer = board.getBoundingClientRect()
    const [down, across] = [push(held.y, inner.top, inner.bottom), push(held.x, outer.left, outer.right)]
    follow()
    if (down) list.scrollTop += down
    if (across) board.scrollLeft += across
    requestAnimationFrame(scrollAlong)
  }

  async function land() {
    const { card, ghost } = held
    putDown()
    const from = ghost.getBoundingClientRect()
    const to = card.getBoundingClientRect()
    card.style.opacity = 0
    ghost.style.rotate = "none"
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
      const { translate } = ghost.style
      const [x, y] = translate ? translate.split(" ").map(parseFloat) : [0, 0]
      const end = `${x + to.left - from.left}px ${(y ?? 0) + to.top - from.top}px`
      await ghost.animate({ translate: [translate || "0px 0px", end] }, { duration: 130, easing: "ease-out" }).finished
    }
    card.style.opacity = ""
    ghost.remove()
  }

  function forgetPress() {
    clearTimeout(press?.timer)
    press = null
  }

  board.addEventListener("pointerdown", ({ target, button, pointerId, pointerType, clientX, clientY }) => {
    const card = target.closest(".card")
    if (!card || button || press || held) return
    press = { card, pointer: pointerId, x: clientX, y: clientY, isFinger: pointerType === "touch" }
    if (press.isFinger) press.timer = setTimeout(lift, REST)
  }, { signal })

  window.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
    if (pointerId !== press?.pointer) return
    if (held) {
      Object.assign(held, { x: clientX, y: clientY })
    } else if (Math.hypot(clientX - press.x, clientY - press.y) > SLACK) {
      if (press.isFinger) return forgetPress()
      lift()
      Object.assign(held, { x: clientX, y: clientY })
    }
  }, { signal })

  window.addEventListener("pointerup", ({ pointerId, clientX, clientY }) => {
    if (pointerId !== press?.pointer) return
    forgetPress()
    if (!held) return
    Object.assign(held, { x: clientX, y: clientY })
    follow()
    // The click that follows is the end of the drag.
    const swallow = (event) => event.stopPropagation()
    window.addEventListener("click", swallow, { capture: true, once: true })
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }))
    land()
  }, { signal })

  window.addEventListener("pointercancel", ({ pointerId }) => {
    if (pointerId !== press?.pointer) return
    forgetPress()
    if (held) giveUp()
  }, { signal })

  function giveUp() {
    held.ghost?.remove()
    forgetPress()
    putBack()
  }

  // A finger that has lifted a card does not scroll any more, and does not open a menu.
  board.addEventListener("touchmove", (event) => held && event.preventDefault(), { passive: false, signal })
  board.addEventListener("contextmenu", (event) => press?.isFinger && event.preventDefault(), { signal })

  // By keyboard

  /** Puts the held card elsewhere without losing the focus. */
  function shift(list, next) {
    isShifting = true
    list.insertBefore(held.card, next)
    held.card.querySelector(".card-title").focus()
    isShifting = false
    held.card.scrollIntoView({ block: "nearest", inline: "nearest" })
    announce(`${where(held.card)}.`)
  }

  function step(key) {
    const { card } = held
    const list = card.parentElement
    const all = columns()
    const column = all.indexOf(card.closest(".column"))
    if (key === "ArrowUp" && card.previousElementSibling) shift(list, card.previousElementSibling)
    if (key === "ArrowDown" && card.nextElementSibling) shift(list, card.nextElementSibling.nextElementSibling)
    const beside = all[column + { ArrowLeft: -1, ArrowRight: 1 }[key]]?.querySelector(".cards")
    if (beside) shift(beside, beside.children[[...list.children].indexOf(card)] ?? null)
  }

  window.addEventListener("keydown", (event) => {
    const { key, target } = event
    if (held?.ghost) {
      if (key === "Escape") giveUp()
    } else if (held) {
      if (key === " " || key === "Enter") putDown()
      else if (key === "Escape" || key === "Tab") putBack()
      else if (key.startsWith("Arrow")) step(key)
      else return
      if (key !== "Tab") event.preventDefault()
    } else if (key === " " && target.matches?.(".card-title")) {
      event.preventDefault()
      const card = target.closest(".card")
      hold(card)
      announce(`${title(card)} is picked up, from ${where(card)}.`)
    }
  }, { signal })
  // A button is pressed when the space bar comes up, and here that is a move's beginning or end.
  board.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target.matches(".card-title")) event.preventDefault()
  }, { signal })
  board.addEventListener("focusout", () => held && !held.ghost && !isShifting && putBack(), { signal })

  return {
    /** Whether a card is held: what stands where must not change under the hand. */
    get isBusy() {
      return held !== null
    },
    /** Cards can't be moved any more; one that is held goes back. */
    end() {
      if (held) giveUp()
      ended.abort()
    },
  }
}
