// How one wall is to behave: what its address says, else what its display was set to, else what suits most.

const EVERY_S = 30
const LEAST_S = 10
const NIGHT = '22:00-05:00'

/** @typedef {{scenes?: readonly string[], every_s?: number, profile?: {night?: string|null, sound?: boolean}|null}} Display */

/**
 * @param {string} search of the address: scene, every, night (on, off or hours), sound (on, off)
 * @param {Display|null} display
 * @param {boolean} isDisplay a wall of its own, not a person's page
 */
export function conductOf(search, display, isDisplay) {
  const asked = new URLSearchParams(search)
  const set = display?.profile ?? {}
  return {
    fixed: asked.get('scene') || null,
    scenes: display?.scenes ?? [],
    every: Math.max(LEAST_S, Number(asked.get('every')) || display?.every_s || EVERY_S) * 1_000,
    ...light(asked.get('night'), set.night),
    sound: asked.has('sound') ? asked.get('sound') !== 'off' : (set.sound ?? isDisplay),
  }
}

/**
 * @param {string|null} asked @param {string|null|undefined} set null: never
 * @returns {{night: string|null, dim: 'auto'|'on'|'off'}}
 */
function light(asked, set) {
  if (asked === 'on' || asked === 'off') return { night: set ?? NIGHT, dim: asked }
  return { night: asked ?? (set === undefined ? NIGHT : set), dim: 'auto' }
}
