// When a critical incident holds a whole wall, and when it lets go of it.

export const GOODBYE = 10_000 // ms in which the name of who took it stands
export const HURRY = 4_000 // where another one waits

/** @typedef {{full: any, taken: {owner: string, until: number}|null}} Held */

/**
 * What is laid over the wall next; null for nothing. @param {Held|null} held @param {any} payload of the incident widget with `takeover`
 * @param {number} now ms @returns {Held|null}
 */
export function next(held, payload, now) {
  const coming = payload?.takeover && payload.full ? { full: payload.full, taken: null } : null
  if (!held || coming?.full.id === held.full.id) return coming
  if (held.taken) return now < held.taken.until ? held : coming
  const owner = ownerOf(held.full.id, payload)
  return owner ? { full: held.full, taken: { owner, until: now + (coming ? HURRY : GOODBYE) } } : coming
}

/** @param {number} id @param {any} payload */
function ownerOf(id, payload) {
  const alone = payload?.incidents?.[id]
  const among = Object.values(payload?.groups ?? {}).find((group) => group.incidents.includes(id))
  const one = alone ?? among
  return one?.state === 'taken' ? (one.owner ?? '') || null : null
}

/** "03:12", from an hour on "1:03:12" @param {number} seconds */
export function stopwatch(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, '0'))
  return [...(whole >= 3600 ? [Math.floor(whole / 3600)] : []), ...parts].join(':')
}
