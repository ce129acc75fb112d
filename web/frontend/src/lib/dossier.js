// How a dossier's standing against its date looks, and what its fields are called and say.
import { number, t, tOr, workingTime } from './texts.svelte.js'
import { dateMinute } from './time.js'

/** @type {Record<string, [string, string]>} */
const LOOKS = {
  resolved_early: ['ok', 'live'],
  resolved_on_time: ['square', 'ok'],
  resolved_late: ['warning', 'warn'],
  open_in_term: ['stale', 'live'],
  open_overdue: ['offline', 'bad'],
  due_unconfirmed: ['unknown', 'dim'],
}

/** @param {string|null} state @returns {{mark: string, tone: string, text: string}} null: refused before it was taken in */
export function standing(state) {
  const [mark, tone] = LOOKS[state ?? ''] ?? ['none', 'calm']
  return { mark, tone, text: t(`ui.dossiers.bucket.${state ?? 'refused'}`) }
}

/** "còn 3 ngày làm việc", "quá 2 giờ 30 phút làm việc" @param {import('./types').Dossier} one */
export function timeLeft(one) {
  if (one.working_time_left_s === null || one.working_time_left_s === undefined) return ''
  return t(one.working_time_left_s < 0 ? 'ui.dossiers.over_by' : 'ui.dossiers.left', { age: workingTime(one.working_time_left_s, one.working_days_left ?? 0) })
}

/** "5 ngày làm việc" @param {{value: number, unit: string}|null|undefined} term */
export const termText = (term) => (term ? t(`ui.dossiers.unit.${term.unit}`, { n: number(term.value, 2) }) : '')

const ORGS = ['receiving_org', 'handling_org']

/** A field's value in words. @param {string} name @param {any} value @param {Map<string, string>} nameOf orgs by code */
export function fieldText(name, value, nameOf) {
  if (value === null || value === undefined) return '–'
  if (name === 'status') return tOr(`ui.dossiers.status.${value}`, String(value))
  if (name === 'term') return termText(value)
  if (name === 'apology') return apologyText(value)
  if (name === 'fee') return t('ui.dossiers.dong', { n: value })
  if (name.endsWith('_at')) return dateMinute(value)
  if (ORGS.includes(name)) return nameOf.get(value) ?? value
  if (name === 'submission') return tOr(`ui.dossiers.submission.${value}`, value)
  if (typeof value === 'boolean') return t(value ? 'ui.yes' : 'ui.no')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** "hẹn lại 04/11/2026 17:00 · lý do" @param {import('./types').Apology} apology */
export function apologyText({ new_due_at, issued_at, reason }) {
  const parts = [new_due_at && t('ui.dossiers.new_date', { at: dateMinute(new_due_at) }), issued_at && t('ui.dossiers.issued', { at: dateMinute(issued_at) }), reason]
  return parts.filter(Boolean).join(' · ')
}
