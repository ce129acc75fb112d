// A metric's value as people read it: the unit is in the metric's name.
import { site } from './site.js'
import { duration, number, percent, t, tOr } from './texts.svelte.js'
import { dayTime } from './time.js'

/** @type {[string, string][]} */
const UNITS = [
  ['_ms', ' ms'],
  ['_kbps', ' kbit/s'],
  ['temp_c', ' °C'],
]

/** @param {string} kind @param {string} name @param {number|boolean|string|null} value */
export function figure(kind, name, value) {
  if (typeof value === 'boolean') return tOr(`metric.${kind}.${name}.${value}`, t(value ? 'ui.yes' : 'ui.no'))
  if (typeof value !== 'number') return value ?? '–'
  if (name === 'as_of') return dayTime(value)
  if (name === 'fps') return t('ui.unit.fps', { n: value })
  if (name.endsWith('_days_left')) return t('ui.unit.days', { n: value })
  if (name.endsWith('_pct') || name.startsWith('pct_')) return percent(value, 2, 0)
  const unit = UNITS.find(([suffix]) => name.endsWith(suffix))
  if (unit) return number(value) + unit[1]
  return name.endsWith('_s') ? duration(value) : number(value, 2)
}

/** A word a source sends, in the reader's language where it is one of a known few. @param {string} kind @param {string} name @param {string} value */
export const word = (kind, name, value) => tOr(name === 'cause' ? `cause.${value}` : `alert.word.${kind}.${name}.${value}`, value)

/** What a figure is called; a source may send figures nobody gave a name. @param {string} kind @param {string} name */
export const figureName = (kind, name) => tOr(`metric.${kind}.${name}`, name.replaceAll('_', ' '))

/** @param {string} kind @param {Record<string, any>} metrics @returns {[string, any][]} at most three */
export function foremost(kind, metrics) {
  const names = site.foremost[kind] ?? Object.keys(metrics)
  return names.filter((name) => name in metrics).slice(0, 3).map((name) => [name, metrics[name]])
}
