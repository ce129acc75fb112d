// The situation in one sentence: the clauses of the server, put together with what is to stand out in them.
import { number, said, t } from './texts.svelte.js'

/** @typedef {{what: string, tone: 'bad'|'warn'|'plain', joint: 'begin'|'because'|'and', params: Record<string, any>}} Clause */
/** @typedef {{text: string, strong: boolean, tone: string}} Piece */

const OPEN = '\u0001'
const CLOSE = '\u0002'
const JOINTS = { begin: '. ', because: ': ', and: ', ' }

/** @param {Clause[]} clauses @returns {Piece[]} */
export function pieces(clauses) {
  const found = clauses.flatMap((clause, at) => [...(at ? [plain(JOINTS[clause.joint])] : []), ...ofClause(clause)])
  return found.length ? [...found, plain('.')] : []
}

/** As one text, for who does not see it. @param {Clause[]} clauses */
export const spoken = (clauses) => pieces(clauses).map((piece) => piece.text).join('')

/** @param {string} text @returns {Piece} */
const plain = (text) => ({ text, strong: false, tone: 'plain' })

/** @param {Clause} clause @returns {Piece[]} */
function ofClause({ what, tone, params }) {
  const marked = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, `${OPEN}${shown(name, value)}${CLOSE}`]))
  const text = t(`ui.situation.${what}`, marked).replaceAll(`${CLOSE}/${OPEN}`, '/')
  return text.split(OPEN).flatMap((part) => {
    const [strong, rest] = part.includes(CLOSE) ? part.split(CLOSE) : ['', part]
    return [...(strong ? [{ text: strong, strong: true, tone }] : []), ...(rest ? [{ text: rest, strong: false, tone }] : [])]
  })
}

/** @param {string} name @param {any} value */
function shown(name, value) {
  if (typeof value === 'number') return number(value)
  const text = said(value)
  return name === 'title' ? lowered(text) : text
}

/** A title goes on after a name; an abbreviation stays as it is. @param {string} text */
export const lowered = (text) => (/^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text)
