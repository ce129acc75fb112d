// The components of widgets: a folder of src/widgets each, named after its kind and fetched when a scene asks for it.
import { untilThere } from './later.js'

/** @type {Record<string, () => Promise<import('svelte').Component<any>>>} */
const FOUND = import.meta.glob('../widgets/*/index.svelte', { import: 'default' })

const loader = (kind) => FOUND[`../widgets/${kind}/index.svelte`]

/** @param {string} kind */
export const isKnown = (kind) => loader(kind) !== undefined

/** @param {string} kind one that is known */
export const component = (kind) => untilThere(loader(kind))
