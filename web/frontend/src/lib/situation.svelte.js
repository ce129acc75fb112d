// What a wall knows of the incidents that stand, whatever scene it shows, and of one that somebody sent there.
import { untakenOf } from './alarm.js'
import { display } from './display.svelte.js'

const ALL = { id: 'situation', kind: 'incident', options: { takeover: true } }
const SENT = 'sent-incident'

export class Situation {
  #link

  /** @param {import('./link.svelte.js').Link} link */
  constructor(link) {
    this.#link = link
  }

  get sent() {
    return display.show?.incident ?? null
  }

  /** @returns {import('./types').WidgetSpec[]} */
  get specs() {
    return this.sent === null ? [ALL] : [ALL, { id: SENT, kind: 'incident', options: { id: this.sent } }]
  }

  /** null before it was told */
  get payload() {
    return this.#link.feeds[ALL.id]?.payload ?? null
  }

  /** What is laid over the wall: an incident that was sent there, else the one that holds all walls. */
  get overlaid() {
    const sent = this.sent === null ? null : this.#link.feeds[SENT]?.payload
    return sent?.full ? { ...sent, takeover: { id: sent.full.id } } : this.payload
  }

  get crisis() {
    return this.payload?.crisis === true
  }

  get untaken() {
    return untakenOf(this.payload)
  }

  get isTrouble() {
    return (this.payload?.counts?.open ?? 0) > 0
  }
}
