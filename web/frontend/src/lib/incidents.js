// Incidents in words: what one is called, and how much it hit.
import { lowered } from './sentence.js'
import { number, said, t, tOr } from './texts.svelte.js'

/** @typedef {{kind: string, n: number, of: number}} Share */
/** @typedef {{org: string, org_name: string, parent_name: string|null, place: string, kind: string|null, source: string|null, source_name: string|null}} Cause */
/** @typedef {{org: string, org_name: string, n: number, of: number}} Affected */
/** @typedef {{at: string, step: number, receivers: string[]}} NextStep */
/**
 * @typedef {{id: number, title: import('./types').Said, cause: Cause, severity: import('./types').Severity, state: string, since: string,
 *   owner: string|null, taken_at: string|null, n: number, of: number, hit: Share[], affected: Affected[], alerts: number,
 *   next_step: NextStep|null, simulated: boolean}} Incident
 */
/** @typedef {{sort: string, n: number, worst: {org: string, name: string, n: number}[]}} Areas */
/**
 * @typedef {{kind: string, severity: import('./types').Severity, state: string, owner: string|null, incidents: number[], title: any, same: boolean,
 *   since: string, taken_at: string|null, n: number, of: number, areas: Areas, simulated: boolean}} Group
 */
/** @typedef {{key: string, id: number, ids: number[], severity: import('./types').Severity, taken: boolean, owner: string|null, takenAt: string|null, since: string, name: string, detail: string}} Row */

/** @param {string} kind */
export const kindWord = (kind) => tOr(`ui.incident.kind.${kind}`, t(`kind.${kind}`).toLowerCase())

/** "20/20 điểm cầu, 1/1 một cửa" @param {Share[]} hit */
export const shares = (hit) => hit.map(({ kind, n, of }) => `${number(n)}/${number(of)} ${kindWord(kind)}`).join(', ')

/** Who or where, with the unit above where its own name does not tell. @param {Cause} cause */
export function nameOf({ source_name, place, parent_name, kind }) {
  if (!source_name) return place
  return kind === 'vc' && parent_name && !source_name.includes(parent_name) ? `${source_name}, ${parent_name}` : source_name
}

/** How much it hit; of what stands alone also what is wrong. @param {Incident} incident */
function detailOf({ title, cause, hit = [], n }) {
  const alone = n === 0 || hit.every((share) => share.kind === cause.kind)
  return [alone ? said(title) : '', hit.length ? shares(hit) : ''].filter(Boolean).join(' · ')
}

/** "30 điểm cầu: mất kết nối" @param {Group} group */
export const groupName = (group) => `${number(group.n)} ${kindWord(group.kind)}: ${lowered(likeness(group))}`

/** What is wrong with all of them, without the figure of each. @param {Group} group */
function likeness({ title, same, severity }) {
  if (same) return said(title)
  const { metric, limit, unit = '' } = title?.params ?? {}
  return metric && limit !== undefined ? t('ui.incident.beyond', { metric: lowered(said(metric)), limit, unit }).trim() : t(`ui.severity.${severity}`)
}

/** "30/165 ở 9 huyện, thành phố" @param {Group} group */
export const groupDetail = ({ n, of, areas }) => t(`ui.incident.spread.${areas.sort}`, { n, of, areas: areas.n })

/** One line each, as the server ranks them: nobody's first, the gravest, the oldest. @param {any} payload @returns {Row[]} */
export function rows(payload) {
  const single = Object.values(/** @type {Record<string, Incident>} */ (payload.incidents ?? {})).map((one) => ({
    ...common(one, String(one.id), [one.id]),
    name: nameOf(one.cause),
    detail: detailOf(one),
  }))
  const alike = Object.entries(/** @type {Record<string, Group>} */ (payload.groups ?? {})).map(([key, group]) => ({
    ...common(group, `g${key}`, group.incidents),
    name: groupName(group),
    detail: groupDetail(group),
  }))
  return [...single, ...alike].sort(byNeed)
}

/** @param {Incident|Group} one @param {string} key @param {number[]} ids */
const common = ({ severity, state, owner, since, taken_at }, key, ids) => ({
  key,
  id: ids[0],
  ids,
  severity,
  taken: state === 'taken',
  owner,
  takenAt: taken_at,
  since,
})

const GRAVEST = ['critical', 'warning', 'info']

/** @param {Row} a @param {Row} b */
const byNeed = (a, b) =>
  Number(a.taken) - Number(b.taken) || GRAVEST.indexOf(a.severity) - GRAVEST.indexOf(b.severity) || a.since.localeCompare(b.since)
