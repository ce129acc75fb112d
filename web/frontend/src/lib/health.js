// How a health or severity looks: its tone (colour), its place in a list, and whether somebody should look.

/** worst first */
const RANK = ['critical', 'offline', 'warning', 'stale', 'unknown', 'pending', 'maintenance', 'none', 'ok', 'closed']

const TONES = {
  critical: 'bad',
  offline: 'bad',
  warning: 'warn',
  info: 'ok',
  ok: 'ok',
  stale: 'dim',
  unknown: 'dim',
  pending: 'calm',
  maintenance: 'calm',
  none: 'calm',
  closed: 'calm',
}

const ATTENTION = new Set(['critical', 'offline', 'warning', 'stale', 'unknown'])

/** @param {string|null|undefined} health */
export const tone = (health) => TONES[health] ?? 'dim'

/** @param {string} health @returns {number} 0 is the worst */
export function rank(health) {
  const at = RANK.indexOf(health)
  return at < 0 ? RANK.indexOf('unknown') : at
}

/** @param {string} health */
export const needsLook = (health) => ATTENTION.has(health)

export const HEALTHS = RANK
