// One line that says what is wrong where, however much of that the alert's title says itself.
import { placed } from './names.js'
import { said } from './texts.svelte.js'

/** @typedef {Pick<import('./types').Alert, 'title'|'text'|'source_name'|'org_name'|'parent_name'>} AlertLike */

/** "Cáp quang huyện Mèo Vạc: mất kết nối" @param {AlertLike} alert */
export function headline(alert) {
  const title = said(alert.text ?? alert.title)
  const name = subject(alert)
  return !name || title.includes(alert.source_name ?? name) ? title : `${name}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`
}

/** The org, where the headline does not name it. @param {AlertLike} alert */
export const whereabouts = (alert) => (headline(alert).toLowerCase().includes(where(alert).toLowerCase()) ? '' : where(alert))

/** With the unit above. @param {AlertLike} alert */
export const where = ({ org_name: org, parent_name: above }) => placed(org ?? '', above)

/** A source that is called after its place is called after the unit above too. @param {AlertLike} alert */
function subject(alert) {
  const { source_name: source, org_name: org, parent_name: above } = alert
  if (!source) return where(alert)
  return org && source.toLowerCase().endsWith(org.toLowerCase()) ? placed(source, above) : source
}

/** The same in two lines: who or where, then what; one line where the title names it itself. @param {AlertLike} alert */
export function parts(alert) {
  const title = said(alert.text ?? alert.title)
  const name = subject(alert)
  return !name || title.includes(alert.source_name ?? name) ? { first: title, second: whereabouts(alert) } : { first: name, second: title }
}
