// Incidents as the tablet lists them, what may be done about them by role, and whom they are called about.
import { operates } from '../../lib/acts.js'
import { post } from '../../lib/api.js'
import { rows } from '../../lib/incidents.js'
import { contactsOf } from './board.svelte.js'
import { patient } from './sending.svelte.js'

/** @typedef {import('../../lib/incidents.js').Row} Row */

/** @param {any} payload @returns {Row[]} */
export const listed = (payload) => (payload ? rows(payload) : [])

/** @param {import('../../lib/types').Who|null} who */
export const mayTake = (who) => Boolean(who && operates(who))

/** @param {import('../../lib/types').Who|null} who */
export const mayAssign = (who) => Boolean(who && who.role !== 'wall')

/** Every one of them by its own call: a line may stand for many. @param {Row} row @param {string} act @param {object} [body] */
export async function actOn(row, act, body = {}) {
  for (const id of row.ids) await patient(post(`/incidents/${id}/${act}`, body))
}

/** Whom one calls about a line of the list. @param {any} payload @param {Row} row */
export function contactsFor(payload, row) {
  const cause = payload?.incidents?.[row.key]?.cause
  if (!cause) return contactsOf(null)
  return contactsOf(cause.org, cause.source && cause.kind ? `${cause.org}/${cause.kind}/${cause.source}` : null)
}
