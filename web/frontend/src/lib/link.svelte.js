// The live socket of a page: watches widgets, keeps their feeds, notices silence, comes back for ever.
import { io } from 'socket.io-client'
import { clock } from './clock.svelte.js'
import { Feed } from './feed.svelte.js'
import { reloadPolitely } from './reload.js'
import { named } from './wires.js'

const SILENCE = 3_000 // as the contract says: a page that hears nothing for 3 s says so
const HOPELESS = 15_000 // an open socket that says nothing is given up
const ASK_AGAIN = 5_000

export class Link {
  /** @type {'connecting'|'live'|'frozen'} */
  state = $state('connecting')
  /** @type {number|null} server time (epoch ms) at which the last message came; null before the first */
  heardAt = $state(null)
  /** @type {Record<string, Feed>} */
  feeds = $state({})
  /** @type {Record<string, string>} what the server says is not at work behind it, and since when */
  silent = $state.raw({})
  /** how often a scene was saved; another number says that they are worth reading again */
  scenes = $state(0)
  /** @type {import('./types').WidgetSpec[]} as they are called on the wire */
  #specs = []
  /** @type {Record<string, string>} */
  #known = {}
  #heard = performance.now()
  #asked = 0
  #build
  /** @type {ReturnType<typeof setTimeout>|null} */
  #timer = null
  #socket

  /**
   * @param {import('./types').WidgetSpec[]} specs
   * @param {string} build the server's when this page was opened
   * @param {() => void} [onRefused] the server turned the page away
   */
  constructor(specs, build, onRefused = () => {}) {
    this.#build = build
    this.#name(specs)
    this.#socket = io({
      transports: ['websocket'],
      reconnectionDelay: 500,
      reconnectionDelayMax: 3_000,
      timeout: 5_000,
    })
    this.#socket.on('connect', () => this.#begin())
    this.#socket.on('disconnect', () => this.#comeBack())
    this.#socket.on('connect_error', () => {
      if (!this.#socket.active) onRefused()
      this.#comeBack()
    })
    this.#socket.on('snapshot', (message) => this.#take(message, (feed) => feed.snapshot(message)))
    this.#socket.on('delta', (message) => this.#take(message, (feed) => feed.delta(message)))
    this.#socket.on('beat', (message) => this.#beat(message))
    setInterval(() => this.#check(), 250)
  }

  /** Another event of the server. @param {string} event @param {(message: any) => void} hear */
  on(event, hear) {
    this.#socket.on(event, hear)
  }

  /**
   * From now on exactly these, over the same socket; what goes on being watched keeps its figures.
   * @param {import('./types').WidgetSpec[]} specs
   * @returns {string[]} under which name in `feeds` each of them is found
   */
  rewatch(specs) {
    const before = this.#specs.map(({ id }) => id).sort().join()
    const ids = this.#name(specs)
    const isNew = before !== this.#specs.map(({ id }) => id).sort().join()
    if (isNew && this.#socket.connected) this.#watch()
    return ids
  }

  /** @param {import('./types').WidgetSpec[]} specs */
  #name(specs) {
    const { ids, known } = named(specs, this.#known)
    this.#known = known
    const kept = this.feeds
    const wanted = specs.map((spec, at) => ({ id: ids[at], kind: spec.kind, options: spec.options }))
    this.feeds = Object.fromEntries(wanted.map((spec) => [spec.id, kept[spec.id] ?? new Feed(spec)]))
    this.#specs = Object.values(this.feeds).map((feed) => feed.spec)
    return ids
  }

  /** A new connection: whatever comes first on it is a snapshot. */
  #begin() {
    for (const feed of Object.values(this.feeds)) feed.reset()
    this.#watch()
  }

  #watch() {
    this.#asked = performance.now()
    this.#socket.emit('watch', { widgets: this.#specs }, () => this.#hear())
  }

  /** @param {{id: string}} message @param {(feed: Feed) => boolean} apply false when a message is missing */
  #take({ id }, apply) {
    this.#hear()
    const feed = this.feeds[id]
    if (feed && !apply(feed)) this.#resync(id)
  }

  /** A new snapshot of everything that is watched. */
  refresh() {
    if (this.#socket.connected) for (const id of Object.keys(this.feeds)) this.#resync(id)
  }

  /** @param {string} id */
  #resync(id) {
    this.#asked = performance.now()
    this.#socket.emit('resync', { id })
  }

  /** @param {{now: string, build: string, silent?: Record<string, string>, scenes?: number}} beat */
  #beat({ now, build, silent = {}, scenes = 0 }) {
    clock.hear(now)
    this.silent = silent
    this.scenes = scenes
    this.#hear()
    if (build !== this.#build) reloadPolitely()
  }

  #hear() {
    this.#heard = performance.now()
    clock.tick()
    this.heardAt = clock.now
    this.state = 'live'
  }

  #check() {
    const silent = performance.now() - this.#heard
    if (silent > SILENCE) this.state = this.heardAt === null ? 'connecting' : 'frozen'
    if (silent > HOPELESS && this.#socket.connected) {
      this.#heard = performance.now() - SILENCE - 1
      this.#socket.disconnect()
    }
    const waited = performance.now() - this.#asked
    if (this.#socket.connected && waited > ASK_AGAIN) {
      for (const feed of Object.values(this.feeds)) if (feed.waiting) this.#resync(feed.spec.id)
    }
  }

  /** Socket.IO does not return by itself from a refusal or from being cut by the server. */
  #comeBack() {
    if (this.#socket.active || this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#socket.connect()
    }, 500 + Math.random() * 2_500)
  }
}
