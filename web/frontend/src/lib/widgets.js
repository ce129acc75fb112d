// The components of widgets: a folder of src/widgets each, named after its kind and fetched when a scene asks for it;
// those of a site's own are drawn by their script.
import { untilThere } from './later.js'
import { site } from './site.js'

/** @typedef {import('svelte').Component<import('./types').WidgetProps>} WidgetComponent */

const FOUND = /** @type {Record<string, () => Promise<WidgetComponent>>} */ (import.meta.glob('../widgets/*/index.svelte', { import: 'default' }))

/** @returns {Promise<WidgetComponent>} */
const drawn = () => import('../parts/Drawn.svelte').then((found) => found.default)

/** @param {string} kind */
const loader = (kind) => FOUND[`../widgets/${kind}/index.svelte`] ?? (kind in site.widgets ? drawn : undefined)

/** @param {string} kind */
export const isKnown = (kind) => loader(kind) !== undefined

/** @param {string} kind one that is known */
export const component = (kind) => untilThere(loader(kind))
