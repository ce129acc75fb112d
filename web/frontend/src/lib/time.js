// Instants: RFC 3339 text or epoch ms in, the place's own wall-clock time out, whatever zone the computer is set to.

const MINUTE = 60_000
const HANOI = 7 * 60

let offset = HANOI

/** @param {string|number|null|undefined} instant @returns {number|null} epoch ms */
export function epoch(instant) {
  if (typeof instant === 'number') return instant
  if (!instant) return null
  const ms = Date.parse(instant)
  return Number.isNaN(ms) ? null : ms
}

/** Learn the place's offset from an instant the server wrote. @param {unknown} instant */
export function learnOffset(instant) {
  const found = typeof instant === 'string' && /([+-])(\d\d):(\d\d)$/.exec(instant)
  if (found) offset = (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]))
}

/** A Date whose UTC fields read as the place's local time. @param {number} ms */
export const local = (ms) => new Date(ms + offset * MINUTE)

/** A Date whose fields in the computer's own zone read as the place's local time (for charts). @param {number} ms */
export function chartDate(ms) {
  const there = local(ms)
  return new Date(there.getTime() + there.getTimezoneOffset() * MINUTE)
}

/** From one instant to another. @param {string|null|undefined} from @param {string|null|undefined} to @returns {number} not a number where either is unknown */
export const seconds = (from, to) => ((epoch(to) ?? NaN) - (epoch(from) ?? NaN)) / 1000

/** @param {number} n */
const two = (n) => String(n).padStart(2, '0')

/** @param {string|number|null|undefined} instant @returns {string} "17:42", or an en dash when unknown */
export function hourMinute(instant) {
  const ms = epoch(instant)
  if (ms === null) return '–'
  const date = local(ms)
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

/** "21/11 17:42:05" @param {string|number|null|undefined} instant */
export function dayTime(instant) {
  const ms = epoch(instant)
  if (ms === null) return '–'
  const date = local(ms)
  return `${two(date.getUTCDate())}/${two(date.getUTCMonth() + 1)} ${hourMinute(ms)}:${two(date.getUTCSeconds())}`
}

/** "21/11/2026 17:42" @param {string|number|null|undefined} instant */
export function dateMinute(instant) {
  const ms = epoch(instant)
  if (ms === null) return '–'
  const date = local(ms)
  return `${two(date.getUTCDate())}/${two(date.getUTCMonth() + 1)}/${date.getUTCFullYear()} ${hourMinute(ms)}`
}

/** "21/11" @param {string|number|null|undefined} instant */
export function dayMonth(instant) {
  const ms = epoch(instant)
  if (ms === null) return '–'
  const date = local(ms)
  return `${two(date.getUTCDate())}/${two(date.getUTCMonth() + 1)}`
}

/** Of the place. @param {number} ms */
export const minuteOfDay = (ms) => local(ms).getUTCHours() * 60 + local(ms).getUTCMinutes()
