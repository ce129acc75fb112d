// Endpoints by area as the tablet lists them: the worst area first, its exceptions before what is well.
import { byNeed, needsLook, rank } from '../../lib/health.js'

/** @typedef {{name: string, org_name: string, health: string, cause: string|null, in_call: boolean|null, source?: string}} Site */
/** @typedef {{key: string, org: string, site: Site}} Entry */
/** @typedef {{code: string, name: string, kind: string, sites: Entry[], n: number, of: number, worst: string}} Area */

const UNCOUNTED = ['closed', 'maintenance', 'pending', 'none'] // in no denominator
const SILENT = ['offline', 'stale', 'unknown']

/** @param {any} payload of a vc_grid @returns {Area[]} */
export function areas(payload) {
  const found = Object.entries(/** @type {Record<string, any>} */ (payload?.areas ?? {})).map(([code, area]) => ({
    code,
    name: area.name,
    kind: area.kind,
    ...counted(area.sites),
  }))
  return found.filter((area) => area.sites.length).sort((a, b) => byNeed(a.worst, b.worst) || lost(b) - lost(a) || a.name.localeCompare(b.name, 'vi'))
}

/** @param {Area} area */
const lost = (area) => area.of - area.n

/** @param {Record<string, Site>} sites @returns {{sites: Entry[], n: number, of: number, worst: string}} */
function counted(sites) {
  const entries = Object.entries(sites)
    .filter(([, site]) => !['pending', 'none'].includes(site.health))
    .map(([key, site]) => ({ key, org: key.split('/')[0], site }))
    .sort((a, b) => byNeed(a.site.health, b.site.health) || a.site.name.localeCompare(b.site.name, 'vi'))
  const due = entries.filter(({ site }) => !UNCOUNTED.includes(site.health))
  const n = due.filter(({ site }) => !SILENT.includes(site.health)).length
  const worst = entries.reduce((found, { site }) => (needsLook(site.health) && (!needsLook(found) || rank(site.health) < rank(found)) ? site.health : found), due.length ? 'ok' : 'closed')
  return { sites: entries, n, of: due.length, worst }
}
