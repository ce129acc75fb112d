// The order of one widget's messages: a snapshot first, then deltas by one; a gap asks for a new snapshot.

/** @typedef {{seq: number, as_of: string|null, patch: any}} Delta */

const MOST_EARLY = 500

export class Sequence {
  /** @type {number|null} the last message applied; null while a snapshot is awaited */
  #seq = null
  /** @type {Delta[]} */
  #early = []

  get waiting() {
    return this.#seq === null
  }

  /** A new connection or a gap: whatever comes next waits for a snapshot. */
  reset() {
    this.#seq = null
    this.#early = []
  }

  /**
   * @param {number} seq
   * @returns {Delta[]} the deltas that came too early and follow this snapshot
   */
  snapshot(seq) {
    const early = this.#early.filter((delta) => delta.seq > seq).sort((a, b) => a.seq - b.seq)
    this.#early = []
    this.#seq = seq
    return early
  }

  /**
   * @param {Delta} delta
   * @returns {'apply'|'wait'|'old'|'gap'}
   */
  delta(delta) {
    if (this.#seq === null) {
      if (this.#early.length < MOST_EARLY) this.#early.push(delta)
      return 'wait'
    }
    if (delta.seq <= this.#seq) return 'old'
    if (delta.seq > this.#seq + 1) {
      this.reset()
      this.#early.push(delta)
      return 'gap'
    }
    this.#seq = delta.seq
    return 'apply'
  }
}
