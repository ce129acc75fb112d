// The page's clock: it ticks once a second and follows the server's time, not the computer's.
import { epoch, learnOffset } from './time.js'

const REMEMBERED = 30

class Clock {
  /** the server's time now, epoch ms */
  now = $state(Date.now())
  /** whether the server has said what time it is */
  heard = $state(false)
  /** @type {number[]} recent differences; the greatest had the shortest journey */
  #offsets = []

  start() {
    setInterval(() => this.tick(), 1000)
  }

  tick() {
    this.now = Date.now() + (this.#offsets.length ? Math.max(...this.#offsets) : 0)
  }

  /** @param {string|number} serverNow */
  hear(serverNow) {
    const at = epoch(serverNow)
    if (at === null) return
    learnOffset(serverNow)
    this.#offsets = [...this.#offsets.slice(1 - REMEMBERED), at - Date.now()]
    this.tick()
    this.heard = true
  }

  /** @param {string|number|null|undefined} instant @returns {number|null} whole seconds since, never negative */
  age(instant) {
    const at = epoch(instant)
    return at === null ? null : Math.max(0, Math.round((this.now - at) / 1000))
  }
}

export const clock = new Clock()
