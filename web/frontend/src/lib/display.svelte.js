// What the display that a wall hangs on is told of itself: its scenes, its size, what somebody sent there for a while.
import { clock } from './clock.svelte.js'
import { untilThere } from './later.js'
import { scaleOf } from './profile.js'
import { epoch } from './time.js'

/** @typedef {import('./types').DisplayState} DisplayState */

class Display {
  /** null where nobody told, such as before a person who looks at a wall @type {DisplayState|null} */
  #told = $state.raw(null)
  #size = $state.raw([16, 9])
  #begun = false

  get name() {
    return this.#told?.name ?? null
  }

  get title() {
    return this.#told?.title || this.name
  }

  /** The scenes that take turns; none: all there are. @returns {readonly string[]} */
  get scenes() {
    return this.#told?.scene ? [this.#told.scene] : (this.#told?.scenes ?? [])
  }

  get every_s() {
    return this.#told?.every_s ?? 30
  }

  /** null before it was told @returns {import('./types').Profile|null} */
  get profile() {
    return this.#told?.profile ?? null
  }

  /** How much larger than usual everything is. */
  get scale() {
    return this.profile ? scaleOf(this.profile, this.#size[0], this.#size[1]) : 1
  }

  /** What somebody sent here, as long as it counts. */
  get show() {
    const show = this.#told?.show ?? null
    return show && (epoch(show.until) ?? 0) > clock.now ? show : null
  }

  /** Whether it is to say its name now. */
  get identify() {
    return (epoch(this.#told?.identify_until) ?? 0) > clock.now
  }

  /** A wall that came in by a token of its own says how it does, and hears what it is told. @param {import('./types').Who} who @param {import('./link.svelte.js').Link} link */
  begin(who, link) {
    if (this.#begun || who.role !== 'wall') return
    this.#begun = true
    link.on('display', (state) => this.hear(state))
    addEventListener('resize', () => this.#measure())
    untilThere(() => import('./display_report.js')).then(({ report }) => report(who, (state) => this.hear(state)))
  }

  /** @param {DisplayState} state */
  hear(state) {
    this.#told = state
    this.#measure()
  }

  /** Lengths in rem are measured anew where the rem has changed. */
  #measure() {
    this.#size = [innerWidth, innerHeight]
    const { style } = document.documentElement
    const scale = this.scale.toFixed(3)
    if (style.getPropertyValue('--scale') === scale) return
    style.setProperty('--scale', scale)
    dispatchEvent(new Event('resize'))
  }
}

export const display = new Display()
