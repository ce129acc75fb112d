// Instants ahead that people put something off to.
import { local } from './time.js'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

/** @param {number} now epoch ms @param {number} minutes */
export const inMinutes = (now, minutes) => now + minutes * MINUTE

/** When the clocks of the place next show "07:00". @param {number} now epoch ms @param {string} text */
export function next(now, text) {
  const [hours, minutes] = text.split(':').map(Number)
  const at = startOfDay(now) + (hours * 60 + minutes) * MINUTE
  return at > now ? at : at + DAY
}

/** @param {number} now */
function startOfDay(now) {
  const date = local(now)
  return now - (date.getUTCHours() * 60 + date.getUTCMinutes()) * MINUTE - date.getUTCSeconds() * 1_000 - date.getUTCMilliseconds()
}
