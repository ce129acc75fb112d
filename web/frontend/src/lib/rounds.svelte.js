// The way of one wall round its scenes, as time passes and people touch it.
import { isTouched, passed, standing } from './rotation.js'

/** @typedef {{scenes: string[], every: number, home: string, shown: import('./rotation.js').Wish['shown'], halted: boolean}} Said */

export class Rounds {
  /** @type {{name: string, why: string, since: number}} */
  now = $state.raw({ name: '', why: 'turn', since: 0 })
  /** somebody stands before it */
  touched = $state(false)
  #fixed
  /** @type {import('./rotation.js').Turn} */
  #turn
  /** @type {{scene: string, at: number}|null} */
  #touch = null

  /** @param {string|null} fixed @param {string} first */
  constructor(fixed, first) {
    this.#fixed = fixed
    this.#turn = { name: first, since: performance.now() }
    this.now = { name: fixed ?? first, why: fixed ? 'fixed' : 'turn', since: this.#turn.since }
  }

  /** @param {Said} said */
  tick({ scenes, every, home, shown, halted }) {
    const now = performance.now()
    const wish = { fixed: this.#fixed, home, shown, touched: this.#touch, halted, turn: this.#turn }
    const { why } = standing(wish, now)
    const goesOn = why === 'turn' && this.now.why === 'turn'
    this.#turn = goesOn ? passed(this.#turn, scenes, every, now) : { name: scenes[0], since: now }
    const { name } = standing({ ...wish, turn: this.#turn }, now)
    this.touched = isTouched(this.#touch, now)
    const since = why === 'turn' ? this.#turn.since : this.now.since
    if (name !== this.now.name || why !== this.now.why || since !== this.now.since) this.now = { name, why, since }
  }

  /** It stays with what it shows, or goes to a scene that was chosen. @param {string} [scene] */
  touch(scene = this.now.name) {
    this.#touch = { scene, at: performance.now() }
    this.touched = true
    this.now = { name: scene, why: 'touched', since: this.now.since }
  }

  /** Back to its round, without waiting. */
  leave() {
    this.#touch = null
    this.touched = false
  }
}
