// What a person may do with an alert now, by their role and its state; the server decides in the end.
import { post } from './api.js'
import { t } from './texts.svelte.js'

/** @typedef {import('./types').Alert} Alert */
/** @typedef {import('./types').Who} Who */
/** @typedef {{comment?: string, owner?: string, due_at?: string, until?: number}} Said */

const MUTED = ['suppressed', 'shelved', 'out_of_service']
const TOLD = ['firing', 'acknowledged']
const OVER = ['resolved', 'resolved_unseen', 'closed']

/** @type {Record<string, (alert: Alert) => boolean>} in the order of the buttons */
const FITS = {
  acknowledge: ({ state }) => ['firing', 'suppressed', 'out_of_service'].includes(state),
  confirm: ({ state }) => state === 'acknowledged',
  seen: ({ state }) => state === 'resolved_unseen',
  unshelve: ({ state }) => state === 'shelved',
  assign: ({ state }) => !OVER.includes(state),
  remind: ({ state }) => TOLD.includes(state),
  escalate: ({ state }) => TOLD.includes(state),
  wait: ({ state }) => TOLD.includes(state),
  shelve: ({ state }) => [...TOLD, 'suppressed', 'out_of_service'].includes(state),
  result: ({ state }) => state !== 'pending',
  close: ({ state }) => state !== 'closed' && state !== 'pending',
  noise: ({ state, noise }) => state !== 'pending' && !noise,
}
const LEADERS = ['seen', 'assign', 'remind']
const ASSIGNEES = ['acknowledge', 'wait', 'confirm', 'result', 'comment']
const WHILE_PENDING = ['assign', 'comment']
const OPERATORS = ['operator', 'admin']

/** @param {Who} who */
export const operates = (who) => OPERATORS.includes(who.role)

/** @param {string} name @param {Alert} alert @param {Who} who */
export function allowed(name, alert, who) {
  if (operates(who)) return true
  return who.role !== 'wall' && (LEADERS.includes(name) || (ASSIGNEES.includes(name) && alert.owner === who.name))
}

/** Those that would do something to at least one of them, and may be done to all. @param {Alert[]} alerts @param {Who} who */
export function actsOn(alerts, who) {
  return Object.keys(FITS).filter(
    (name) =>
      alerts.some(FITS[name]) &&
      alerts.every((alert) => allowed(name, alert, who) && (alert.state !== 'pending' || WHILE_PENDING.includes(name))),
  )
}

/** @param {Alert} alert */
export const isOver = (alert) => OVER.includes(alert.state)

/** @param {Alert} alert */
export const isMuted = (alert) => MUTED.includes(alert.state)

/** What holds an alert back, in words. @param {string} by such as `silence:7` */
export function heldBy(by) {
  const [kind, ...name] = by.split(':')
  return t(`ui.alerts.held_by.${kind}`, { name: name.join(':') })
}

const VERBS = /** @type {Record<string, string>} */ ({ wait: 'acknowledge' })
const WORDS = /** @type {Record<string, string>} */ ({ noise: 'reason', result: 'text' })

/** One alert by its own call, many as one: all of them or none. @param {string} name @param {Alert[]} alerts @param {Said} said */
export function send(name, alerts, said) {
  const action = VERBS[name] ?? name
  if (alerts.length > 1) return post('/alerts/bulk', { ids: alerts.map((alert) => alert.id), action, ...said })
  const { comment, ...others } = said
  return post(`/alerts/${alerts[0].id}/${action}`, comment ? { ...others, [WORDS[action] ?? 'comment']: comment } : others)
}
