// One line that says what is wrong where, however much of that the alert's title says itself.
import { said } from './texts.svelte.js'

/** @typedef {Pick<import('./types').Alert, 'title'|'text'|'source_name'|'org_name'>} AlertLike */

/** "Cáp quang huyện Mèo Vạc: mất kết nối" @param {AlertLike} alert */
export function headline(alert) {
  const title = said(alert.text ?? alert.title)
  const name = alert.source_name ?? alert.org_name
  return !name || title.includes(name) ? title : `${name}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`
}

/** The org, where the headline does not name it. @param {AlertLike} alert */
export const whereabouts = (alert) => (alert.org_name && !headline(alert).includes(alert.org_name) ? alert.org_name : '')

/** The same in two lines: who or where, then what; one line where the title names it itself. @param {AlertLike} alert */
export function parts(alert) {
  const title = said(alert.text ?? alert.title)
  const name = alert.source_name ?? alert.org_name
  return !name || title.includes(name) ? { first: title, second: whereabouts(alert) } : { first: name, second: title }
}
