// The cells of an area: one that did not change stays the object it was, so that nothing of it is drawn anew.
import { confirmed } from '../../lib/health.js'

/** @type {WeakMap<any, any>} by a site, and by all the sites of an area: a new object where something in it is new */
const made = new WeakMap()

/** @param {any} of @param {() => any} make */
function once(of, make) {
  if (!made.has(of)) made.set(of, make())
  return made.get(of)
}

/** @param {Record<string, {health: string, in_call: unknown}>} sites @returns {[string, any][]} */
export const cells = (sites) =>
  once(sites, () => confirmed(sites).map(([id, site]) => once(site, () => [id, { ...site, quiet: Boolean(site.in_call) }])))
