// What a hand at a scene's figures is answered: a touch on one, and by keys a button in each tile that has any.
import { mount } from 'svelte'
import ExplainButton from '../parts/ExplainButton.svelte'
import { explain } from './explain.js'

/** @typedef {import('./types').WidgetSpec} WidgetSpec */

/** @param {HTMLElement} scene its tiles are its children @param {() => WidgetSpec[]} specs of the tiles, in their order */
export function touched(scene, specs) {
  /** @param {Element} within @returns {[HTMLElement, WidgetSpec]|undefined} */
  const tileOf = (within) => {
    const at = [...scene.children].findIndex((tile) => tile.contains(within))
    return at < 0 ? undefined : [/** @type {HTMLElement} */ (scene.children[at]), specs()[at]]
  }
  scene.addEventListener('click', ({ target }) => {
    const hit = /** @type {HTMLElement} */ (target).closest('button, a, select, [data-explain]')
    const part = /** @type {HTMLElement|null} */ (hit)?.dataset.explain // a button within a figure has its own meaning
    const [, spec] = (hit && part !== undefined && tileOf(hit)) || []
    if (spec) explain({ kind: spec.kind, options: spec.options ?? {}, part })
  })
  const dress = () => {
    ;[...scene.children].forEach((tile, at) => {
      if (!tile.querySelector('[data-explain]') || tile.querySelector(':scope > .explain')) return
      const { kind, options = {} } = specs()[at]
      const label = tile.querySelector('h2')?.textContent ?? kind
      mount(ExplainButton, { target: tile, props: { kind, options, label, keyed: true } })
    })
  }
  document.addEventListener('keydown', dress)
  return () => document.removeEventListener('keydown', dress)
}
