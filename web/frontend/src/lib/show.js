// Puts a screen where the page said that a browser may be too old for it.
import { mount } from 'svelte'

/**
 * @template {Record<string, any>} P
 * @param {import('svelte').Component<P>} screen @param {P} props
 */
export function show(screen, props) {
  const target = /** @type {HTMLElement} */ (document.getElementById('app'))
  target.replaceChildren()
  mount(screen, { target, props })
}
