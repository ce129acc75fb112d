// What the tablet knows: live over the socket, else the last snapshot that was kept, always with its age.
import { ApiError, get, isSignedOut, me } from '../../lib/api.js'
import { clock } from '../../lib/clock.svelte.js'
import { noteEdition } from '../../lib/edition.svelte.js'
import { forget, keep, recall } from '../../lib/kept.js'
import { Link } from '../../lib/link.svelte.js'
import { toLogin } from '../../lib/login.js'
import { site } from '../../lib/site.js'
import { speak } from '../../lib/texts.svelte.js'

/** @typedef {import('../../lib/types').Who} Who */
/** @typedef {{what: 'duty'|'head'|'source', name: string, of: string, contact: string, until: string|null}} Contact */

/** @type {import('../../lib/types').WidgetSpec[]} */
const WATCHED = [
  { id: 'incidents', kind: 'incident', options: { limit: 60 } },
  { id: 'vc_online', kind: 'kpi', options: { figure: 'vc_online' } },
  { id: 'queue_waiting', kind: 'kpi', options: { figure: 'queue_waiting' } },
  { id: 'dossiers_in_time', kind: 'kpi', options: { figure: 'dossiers_in_time' } },
  { id: 'online', kind: 'trend', options: { kind: 'vc', metric: 'registered', hours: 4 } },
  { id: 'vc', kind: 'vc_grid', options: {} },
  { id: 'queues', kind: 'queue_board', options: {} },
  { id: 'dossiers', kind: 'dossier_split', options: {} },
  { id: 'overdue', kind: 'org_ranking', options: { by: 'handling', figure: 'open_overdue', first: 'worst', limit: 30 } },
]

/** @param {string} id of what is watched */
export const optionsOf = (id) => WATCHED.find((one) => one.id === id)?.options ?? {}

const AGAIN_MS = 2_000
const PATIENCE_MS = 4_000 // then the last snapshot is shown, and the server asked on
const SOON_MS = 1_500
const KEEP_MS = 10_000

export class Board {
  /** @type {Who|null} */
  who = $state.raw(null)
  /** @type {import('../../lib/kept.js').Kept|null} shown as long as the server has said nothing itself */
  kept = $state.raw(null)
  /** @type {Link|null} */
  link = $state.raw(null)
  /** the session is over: what was shown stays, acts are refused */
  signedOut = $state(false)
  /** @type {Record<string, Contact[]>} by what they are asked for */
  contacts = $state({})
  /** @type {Set<string>} what the server has been asked for */
  #known = new Set()

  /** @returns {'opening'|'live'|'kept'|'frozen'} */
  get mode() {
    const heard = this.link !== null && this.link.heardAt !== null
    if (!heard) return this.kept ? 'kept' : 'opening'
    return this.link?.state === 'live' && !this.signedOut ? 'live' : 'frozen'
  }

  /** When what is shown was said, epoch ms of the server. */
  get saidAt() {
    return this.link?.heardAt ?? this.kept?.at ?? null
  }

  /** @param {string} id */
  payload(id) {
    return this.link?.feeds[id]?.payload ?? this.kept?.payloads[id] ?? null
  }

  /** What a figure is worth, as the contract has it. @param {string} id */
  worth(id) {
    const payload = this.payload(id)
    if (!payload) return 'unknown'
    return this.mode === 'live' ? (payload.state ?? 'unknown') : 'frozen'
  }

  get simulated() {
    return Boolean(this.who?.simulated) || WATCHED.some(({ id }) => this.payload(id)?.simulated)
  }

  async open() {
    const late = setTimeout(() => this.#recall(), PATIENCE_MS)
    this.who = await this.#asked()
    clearTimeout(late)
    await speak(this.who.lang)
    if (this.kept && this.kept.who.name !== this.who.name) await this.#forget()
    this.link = new Link(WATCHED, site.build || this.who.build, () => this.#refused())
    setTimeout(() => this.#keep(), SOON_MS)
    setInterval(() => this.#keep(), KEEP_MS)
    addEventListener('visibilitychange', () => document.hidden && this.#keep())
  }

  /** A new snapshot of everything. */
  refresh() {
    this.link?.refresh()
  }

  /** Asks once; what was kept stands in where the server is away. @param {string} key such as `hg.dong-van` @param {Record<string, string>} query */
  async learnContacts(key, query) {
    if (this.#known.has(key)) return
    this.#known.add(key)
    try {
      this.contacts[key] = (await get('/contacts', query)).items
    } catch (error) {
      this.#known.delete(key)
      if (isSignedOut(error)) this.signedOut = true
    }
  }

  async #asked() {
    for (;;) {
      try {
        return await me()
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (isSignedOut(error)) await toLogin()
        await this.#recall()
        await new Promise((resume) => setTimeout(resume, AGAIN_MS))
      }
    }
  }

  async #recall() {
    const found = this.who || this.kept ? undefined : await recall()
    if (!found || this.who) return
    clock.hear(found.at + (Date.now() - found.kept)) // by the device's own watch
    this.contacts = found.contacts ?? {}
    noteEdition(found.who)
    this.kept = found
  }

  async #forget() {
    this.kept = null
    this.contacts = {}
    this.#known.clear()
    await forget()
  }

  #keep() {
    if (this.mode !== 'live' || !this.who || !this.link) return
    const found = WATCHED.map(({ id }) => [id, $state.snapshot(this.link?.feeds[id]?.payload ?? null)])
    const payloads = Object.fromEntries(found.filter(([, payload]) => payload !== null))
    const contacts = $state.snapshot(this.contacts)
    keep({ who: this.who, at: clock.now, kept: Date.now(), payloads, contacts })
  }

  /** Turned away by the socket: is the session over, or only the server away? */
  async #refused() {
    try {
      this.who = await me()
      this.signedOut = false
    } catch (error) {
      if (isSignedOut(error)) this.signedOut = true
    }
  }
}

/** The key of contacts, and what they are asked by. @param {string|null|undefined} org @param {string|null} [source] ORG/KIND/SOURCE @returns {[string, Record<string, string>]} */
export function contactsOf(org, source = null) {
  /** @type {Record<string, string>} */
  const query = source ? { source } : org ? { org } : {}
  return [source ?? org ?? '', query]
}
