// One widget's payload as the server last described it.
import { merge } from './merge.js'
import { Sequence } from './sequence.js'

/** @typedef {{id: string, seq: number, as_of: string|null, payload: any}} Snapshot */
/** @typedef {{id: string, seq: number, as_of: string|null, patch: any}} Delta */

export class Feed {
  /** @type {any} null until the first snapshot */
  payload = $state.raw(null) // not deep: a proxy around each of some thousand values costs more than it saves
  /** @type {string|null} */
  asOf = $state(null)
  #order = new Sequence()

  /** @param {import('./types').WidgetSpec} spec */
  constructor(spec) {
    this.spec = spec
  }

  get waiting() {
    return this.#order.waiting
  }

  /** Forget the order, keep showing the last figures. */
  reset() {
    this.#order.reset()
  }

  /** @param {Snapshot} message @returns {boolean} false when a gap was found behind it */
  snapshot({ seq, as_of, payload }) {
    const early = this.#order.snapshot(seq)
    this.payload = payload
    this.asOf = as_of
    return early.every((delta) => this.delta(delta))
  }

  /** @param {Omit<Delta, 'id'>} message @returns {boolean} false when a message is missing and a new snapshot is needed */
  delta(message) {
    const verdict = this.#order.delta(message)
    if (verdict === 'apply') {
      this.payload = merge(this.payload, message.patch)
      this.asOf = message.as_of
    }
    return verdict !== 'gap'
  }
}
