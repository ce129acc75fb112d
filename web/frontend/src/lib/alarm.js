// When a wall makes itself heard: once for each new critical incident, and every minute until all of them are taken.

export const AGAIN = 60_000

/** @typedef {{known: string[], at: number}} Heard critical incidents nobody has, as last seen; when it last sounded */

/**
 * @param {Heard} heard @param {string[]} untaken critical incidents that nobody has @param {number} now ms
 * @returns {{heard: Heard, sounds: boolean}}
 */
export function listened(heard, untaken, now) {
  const isNew = untaken.some((id) => !heard.known.includes(id))
  const sounds = untaken.length > 0 && (isNew || now - heard.at >= AGAIN)
  return { heard: { known: untaken, at: sounds ? now : heard.at }, sounds }
}

/** The critical incidents that nobody has, of the payload of all that stand. @param {{critical_untaken?: (number|string)[]}|null|undefined} payload @returns {string[]} */
export const untakenOf = (payload) => (payload?.critical_untaken ?? []).map(String)
