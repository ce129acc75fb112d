// The scenes a wall knows: the first one at once, the others as soon as there is time, all of them again when one was saved.
import { get } from './api.js'
import { language, t } from './texts.svelte.js'

const AGAIN = 5_000

/** @typedef {import('./types').Scene} Scene */

export class Scenes {
  /** @type {Record<string, Scene>} in their order */
  all = $state.raw({})
  #reads = 0

  /** @param {Scene} first */
  constructor(first) {
    this.all = { [first.name]: first }
  }

  /** Asked for until there is an answer; those it has stay until then. */
  async read() {
    this.#reads += 1
    const mine = this.#reads
    while (mine === this.#reads) {
      const answer = await get('/scenes').catch(() => null)
      if (answer && mine === this.#reads) {
        this.all = Object.fromEntries(answer.items.map((/** @type {Scene} */ scene) => [scene.name, this.#same(scene)]))
        return
      }
      await new Promise((resume) => setTimeout(resume, AGAIN))
    }
  }

  /** What did not change stays the same object, and nothing is drawn anew. @param {Scene} scene */
  #same(scene) {
    const before = this.all[scene.name]
    return before && told(before) === told(scene) ? before : scene
  }
}

/** @param {Scene} scene */
const told = ({ title, widgets, variants }) => JSON.stringify([title, widgets, variants])

/** @param {import('./types').SceneTitle} title */
export const titleOf = (title) => title[language()] ?? t(title.key ?? '')
