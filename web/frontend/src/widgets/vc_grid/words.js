// The words beside the total, what is worst first; off hours it says how many are watched and how many rest.
import { tone } from '../../lib/health.js'
import { number, t } from '../../lib/texts.svelte.js'

const ORDER = ['offline', 'critical', 'warning', 'stale', 'unknown', 'ok', 'maintenance', 'none']

/** @typedef {import('../../parts/cartogram/types').Word} Word */

/** @param {Record<string, number>|undefined} totals by health @param {number} of that are due @param {number} inCall @returns {Word[]} */
export function words(totals, of, inCall) {
  const closed = totals?.closed ?? 0
  const shown = ORDER.filter((health) => (totals?.[health] ?? 0) > 0 && !(health === 'ok' && closed))
  /** @type {Word[]} */
  const told = shown.map((health) => ({ id: health, ...sign(health), tone: tone(health), text: t(`ui.legend.${health}`), n: totals?.[health] ?? 0 }))
  if (closed) told.unshift({ id: 'closed', mark: 'closed', tone: 'calm', text: t(of ? 'ui.vc.watched_closed' : 'ui.vc.all_closed', { n: number(closed) }), n: null })
  if (inCall) told.push({ id: 'in_call', swatch: 'ok quiet', tone: 'calm', text: t('ui.legend.in_call'), n: inCall })
  return told
}

/** @param {string} health */
const sign = (health) => (health === 'ok' || health === 'none' ? { swatch: health } : { mark: health })
