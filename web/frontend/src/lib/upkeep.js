// When a wall that runs for months begins anew: each night around half past three, and where its memory grew too large.

const NIGHTLY = 3 * 60 + 30 // minutes of the day
const AROUND = 10
const LEAST_AGE = 3_600_000
const MOST_HEAP = 300 * 1_048_576

/**
 * @param {{age: number, minute: number, chance: number, heap: number|null}} page ms since it was opened, minute of the day, 0 to 1 drawn once, bytes
 * @returns {'night'|'heap'|null} why to begin anew
 */
export function due({ age, minute, chance, heap }) {
  if (heap !== null && heap > MOST_HEAP) return 'heap'
  const planned = NIGHTLY - AROUND + Math.floor(chance * 2 * AROUND)
  return age > LEAST_AGE && minute === planned ? 'night' : null
}
