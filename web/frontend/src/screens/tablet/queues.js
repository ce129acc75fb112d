// One-stop centres as the tablet lists them: those in trouble, then whoever waits longest.
import { byNeed, tone as toneOf } from '../../lib/health.js'

/** @typedef {{key: string, org: string, source: string, name: string, parent_name?: string|null, health: string, cause: string|null, waiting: number|null, longest_wait_s: number|null, open_counters: number|null}} Centre */

export const UNHEARD = ['offline', 'stale', 'unknown', 'closed', 'maintenance', 'pending']

/** @param {any} payload of a queue_board @returns {Centre[]} */
export function centres(payload) {
  const found = Object.entries(/** @type {Record<string, any>} */ (payload?.centres ?? {})).filter(([, centre]) => centre.health !== 'pending')
  const all = found.map(([key, centre]) => ({ ...centre, key, org: key.split('/')[0], source: key.split('/')[1] }))
  return all.sort((a, b) => byNeed(a.health, b.health) || (b.longest_wait_s ?? -1) - (a.longest_wait_s ?? -1) || a.name.localeCompare(b.name, 'vi'))
}

/** @param {Centre} centre */
export const tone = (centre) => toneOf(centre.health)
