// How a health or severity looks: its tone (colour), its place in a list, and whether somebody should look.
import { tones } from '../../../../ioc/severity.json'

/** worst first, as the table has them */
export const HEALTHS = Object.keys(tones)

/** @param {string|null|undefined} health */
export const tone = (health) => tones[health] ?? 'dim'

/** @param {string} health @returns {number} 0 is the worst */
export const rank = (health) => HEALTHS.indexOf(health in tones ? health : 'unknown')

/** @param {string} health */
export const needsLook = (health) => ['bad', 'warn', 'dim'].includes(tone(health))
