// How large a wall must write so that it is read from where people stand: 16 minutes of arc for a capital.

const READ = (16 / 60) * (Math.PI / 180)
const CAPITAL = 0.73 // of the em, in our font
/** Beyond, a scene has no room for its tiles: the server refuses such a profile. */
export const MOST_SCALE = 2.5
const LEAST_REM = 2.2 // the smallest text of a wall
const [ROWS, COLUMNS] = [108, 160] // the wall in rem, as in wall.css

/** @typedef {import('./types').Profile} Profile */

/** The smallest text that is read from so far away, in mm. @param {number} metres */
export const leastMm = (metres) => (2 * metres * 1000 * Math.tan(READ / 2)) / CAPITAL

/** The smallest text of a wall on a picture of so many pixels as it is without a profile, in mm. @param {number} inches @param {number} width @param {number} height */
export const usualMm = (inches, width, height) => LEAST_REM * Math.min(height / ROWS, width / COLUMNS) * ((inches * 25.4) / Math.hypot(width, height))

/**
 * How much larger than usual everything is, on a picture of so many pixels.
 * @param {Pick<Profile, 'diagonal_in'|'distance_m'>} profile @param {number} width @param {number} height
 */
export function scaleOf({ diagonal_in, distance_m }, width, height) {
  if (!diagonal_in || !distance_m) return 1
  return Math.max(1, leastMm(distance_m) / usualMm(diagonal_in, width, height))
}
