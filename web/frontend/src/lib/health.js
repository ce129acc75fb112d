// How a health or severity looks and what it is called: its tone (colour), its place in a list, whether to look at it.
import { tones } from '../../../../ioc/messages/severity.json'
import { t } from './texts.svelte.js'

/** worst first, as the table has them */
export const HEALTHS = Object.keys(tones)

/** @param {string|null|undefined} health */
export const tone = (health) => tones[health] ?? 'dim'

/** @param {string} health @returns {number} 0 is the worst */
export const rank = (health) => HEALTHS.indexOf(health in tones ? health : 'unknown')

/** @param {string} health */
export const needsLook = (health) => ['bad', 'warn', 'dim'].includes(tone(health))

/** Those that stand on a board, with their keys: a device that nobody has confirmed is on the page of sources only. @param {Record<string, {health: string}>} given */
export const confirmed = (given) => Object.entries(given).filter(([, one]) => one.health !== 'pending')

/** @param {{health: string, cause?: string|null}} one */
export const called = (one) => t(one.cause === 'never_heard' ? 'alert.never_heard' : `health.${one.health}`)
