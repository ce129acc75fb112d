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

/** @typedef {{severity: string, state: string, owner?: string|null, incidents?: (number|string)[]}} Row one incident, or a group of such as are alike */

/** The critical incidents of a payload that nobody has taken. @param {{incidents?: Record<string, Row>, groups?: Record<string, Row>}|null|undefined} payload @returns {string[]} */
export function untakenOf(payload) {
  const rows = [...Object.entries(payload?.incidents ?? {}), ...Object.entries(payload?.groups ?? {})]
  const open = rows.filter(([, row]) => row && row.severity === 'critical' && row.state === 'open' && !row.owner)
  return open.flatMap(([id, row]) => (row.incidents ?? [id]).map(String))
}
