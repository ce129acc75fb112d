// The scene on the wall: the next one is made ready behind it, then takes its place at once.
import { component, isKnown } from './widgets.js'

const PATIENCE = 3_000
const LOOK_EVERY = 50

/** @typedef {import('./types').SceneTile} SceneTile */
/** @typedef {SceneTile & {wire: string}} ShownTile */

export class Shown {
  /** @type {{name: string, tiles: ShownTile[]}} */
  scene = $state.raw({ name: '', tiles: [] })
  #link
  #always
  #asked = 0

  /** @param {import('./link.svelte.js').Link} link @param {() => import('./types').WidgetSpec[]} always what is watched beside every scene */
  constructor(link, always) {
    this.#link = link
    this.#always = always
  }

  /** The first one stands at once and fills; a later one comes when its figures are there. @param {string} name @param {SceneTile[]} tiles */
  async show(name, tiles) {
    this.#asked += 1
    const mine = this.#asked
    const before = this.scene.tiles
    const ids = this.#link.rewatch([...tiles, ...before, ...this.#always()])
    const next = tiles.map((tile, at) => ({ ...tile, wire: ids[at] }))
    if (before.length) await this.#ready(next)
    if (mine !== this.#asked) return
    this.scene = { name, tiles: next }
    if (before.length) this.#link.rewatch([...tiles, ...this.#always()])
  }

  /** @param {ShownTile[]} tiles */
  async #ready(tiles) {
    const until = performance.now() + PATIENCE
    for (const { kind } of tiles) if (isKnown(kind)) component(kind)
    while (performance.now() < until && !tiles.every(({ wire }) => this.#link.feeds[wire]?.payload)) await pause(LOOK_EVERY)
  }
}

/** @param {number} ms */
const pause = (ms) => new Promise((resume) => setTimeout(resume, ms))
