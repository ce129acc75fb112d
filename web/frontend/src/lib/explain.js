// Opens the sheet that says what is behind a figure; its code is fetched when somebody first asks.
import { mount, unmount } from 'svelte'

/** @typedef {{kind: string, options: Record<string, any>, part?: string}} Asked */

/** @type {Record<string, any>|null} */
let shown = null

/** @param {Asked} asked */
export async function explain(asked) {
  close()
  const before = /** @type {HTMLElement|null} */ (document.activeElement)
  const { default: FigureSheet } = await import('../parts/FigureSheet.svelte')
  const done = () => {
    close()
    before?.focus()
  }
  shown = mount(FigureSheet, { target: document.body, props: { asked, done } })
}

/** As a wall does when nobody has touched it for a while. */
export function close() {
  if (shown) unmount(shown)
  shown = null
}
