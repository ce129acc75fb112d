// Puts a screen where the skeleton of the page stood.
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
