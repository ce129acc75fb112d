// How a health or severity looks and what it is called: its tone (colour), its place in a list, whether to look at it.
import table from '../../../../ioc/messages/severity.json'
import { t } from './texts.svelte.js'

/** @type {Record<string, import('./types').Tone>} */
const tones = /** @type {any} */ (table.tones)

/** worst first, as the table has them */
export const HEALTHS = Object.keys(tones)

/** @param {string|null|undefined} health @returns {import('./types').Tone} */
export const tone = (health) => tones[health ?? ''] ?? 'dim'

/** @param {string} health @returns {number} 0 is the worst */
export const rank = (health) => HEALTHS.indexOf(health in tones ? health : 'unknown')

/** @param {string} health */
export const needsLook = (health) => ['bad', 'warn', 'dim'].includes(tone(health))

/** Those that need a look first, the worst before all. @param {string} a @param {string} b */
export const byNeed = (a, b) => Number(needsLook(b)) - Number(needsLook(a)) || (needsLook(a) ? rank(a) - rank(b) : 0)

/** Those that stand on a board, with their keys: a device that nobody has confirmed is on the page of sources only. 
 * @template {{health: string}} T @param {Record<string, T>} given */
export const confirmed = (given) => Object.entries(given).filter(([, one]) => one.health !== 'pending')

/** @param {{health: string, cause?: string|null}} one */
export const called = (one) => t(one.cause === 'never_heard' ? 'alert.never_heard' : `health.${one.health}`)
