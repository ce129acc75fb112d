// The clock of a dossier as spans and marks on one line of time: what ran, what stood still, what lies ahead.

const ROOM = 0.04 // of the whole, on either side

/** @typedef {{kind: 'running'|'near'|'paused'|'overdue'|'ahead', from: number, to: number}} Span */
/** @typedef {{from: number, to: number|null}} Pause */
/** @typedef {{received: number|null, due: number|null, near: number|null, overdue: number|null, ended: number|null, apology: number|null, pauses: Pause[]}} Told epoch ms */
/** @typedef {{kind: 'received'|'due'|'ended'|'apology'|'now', at: number}} Moment */

/**
 * @param {Told} told @param {number} now
 * @returns {{start: number, end: number, spans: Span[], moments: Moment[]}|null} null: it was never taken in
 */
export function course(told, now) {
  const { received } = told
  if (received === null) return null
  const last = told.ended ?? now
  const pauses = told.pauses.map(({ from, to }) => ({ from, to: Math.min(to ?? last, last) })).filter(({ from, to }) => from < to)
  const edges = [received, last, told.near, told.overdue, ...pauses.flatMap(({ from, to }) => [from, to])]
  const cuts = [...new Set(edges.filter((at) => at !== null).filter((at) => at >= received && at <= last))].sort((a, b) => a - b)
  /** @type {Span[]} */
  const spans = cuts.slice(1).map((to, at) => ({ kind: kindAt((cuts[at] + to) / 2, told, pauses), from: cuts[at], to }))
  if (told.ended === null && told.due !== null && told.due > now) spans.push({ kind: 'ahead', from: now, to: told.due })
  /** @type {{kind: Moment['kind'], at: number|null}[]} */
  const known = [
    { kind: 'received', at: received },
    { kind: 'due', at: told.due },
    { kind: 'apology', at: told.apology },
    told.ended === null ? { kind: 'now', at: now } : { kind: 'ended', at: told.ended },
  ]
  const moments = known.flatMap(({ kind, at }) => (at === null ? [] : [{ kind, at }]))
  const [first, end] = [received, Math.max(last, ...moments.map(({ at }) => at))]
  const room = Math.max(1, (end - first) * ROOM)
  return { start: first - room, end: end + room, spans: joined(spans), moments }
}

/** @param {number} at @param {Told} told @param {{from: number, to: number}[]} pauses @returns {Span['kind']} */
function kindAt(at, { overdue, near }, pauses) {
  if (overdue !== null && at >= overdue) return 'overdue'
  if (pauses.some(({ from, to }) => at >= from && at < to)) return 'paused'
  return near !== null && at >= near ? 'near' : 'running'
}

/** Neighbours of one kind are one span. @param {Span[]} spans */
function joined(spans) {
  /** @type {Span[]} */
  const found = []
  for (const span of spans) {
    const before = found.at(-1)
    if (before?.kind === span.kind && before.to === span.from) before.to = span.to
    else found.push({ ...span })
  }
  return found
}

const DAY = 86_400_000
const MOST = 9

/**
 * Midnights to write under the line, at most so many.
 * @param {number} start @param {number} end @param {number} offset of the place, ms @returns {number[]}
 */
export function midnights(start, end, offset) {
  const first = Math.ceil((start + offset) / DAY) * DAY - offset
  const step = Math.max(1, Math.ceil((end - first) / DAY / MOST)) * DAY
  const found = []
  for (let at = first; at <= end; at += step) found.push(at)
  return found
}
