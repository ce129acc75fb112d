// The live socket of a page: watches widgets, keeps their feeds, notices silence, comes back for ever.
import { io } from 'socket.io-client'
import { clock } from './clock.svelte.js'
import { Feed } from './feed.svelte.js'
import { reloadPolitely } from './reload.js'

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
    this.feeds = Object.fromEntries(specs.map((spec) => [spec.id, new Feed(spec)]))
    this.#socket = io({
      transports: ['websocket'],
      reconnectionDelay: 500,
      reconnectionDelayMax: 3_000,
      timeout: 5_000,
    })
    this.#socket.on('connect', () => this.#watch(specs))
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

  /** @param {import('./types').WidgetSpec[]} specs */
  #watch(specs) {
    for (const feed of Object.values(this.feeds)) feed.reset()
    this.#asked = performance.now()
    this.#socket.emit('watch', { widgets: specs }, () => this.#hear())
  }

  /** @param {{id: string}} message @param {(feed: Feed) => boolean} apply false when a message is missing */
  #take({ id }, apply) {
    this.#hear()
    const feed = this.feeds[id]
    if (feed && !apply(feed)) this.#resync(id)
  }

  /** @param {string} id */
  #resync(id) {
    this.#asked = performance.now()
    this.#socket.emit('resync', { id })
  }

  /** @param {{now: string, build: string, silent?: Record<string, string>}} beat */
  #beat({ now, build, silent = {} }) {
    clock.hear(now)
    this.silent = silent
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
