// The components of widgets: a folder of src/widgets each, named after its kind and fetched when a scene asks for it.
import { untilThere } from './later.js'

/** @typedef {import('svelte').Component<import('./types').WidgetProps>} WidgetComponent */

const FOUND = /** @type {Record<string, () => Promise<WidgetComponent>>} */ (import.meta.glob('../widgets/*/index.svelte', { import: 'default' }))

/** @param {string} kind */
const loader = (kind) => FOUND[`../widgets/${kind}/index.svelte`]

/** @param {string} kind */
export const isKnown = (kind) => loader(kind) !== undefined

/** @param {string} kind one that is known */
export const component = (kind) => untilThere(loader(kind))
