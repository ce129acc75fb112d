// A figure over time as the paths of a drawing; where nothing is known the line has a gap.

/** @typedef {[number, number]} Point epoch ms and value */

/** What was counted, also where not everybody had spoken: who is not heard is not online. @param {any} payload @returns {Point[]} */
export function known(payload) {
  const partly = new Map((payload?.incomplete ?? []).map((/** @type {number[]} */ [at, value]) => [at, value]))
  /** @type {[number, number|null][]} */
  const points = payload?.points ?? []
  return points.flatMap(([at, value]) => {
    const found = value ?? partly.get(at)
    return found === undefined ? [] : [/** @type {Point} */ ([at, found])]
  })
}

/**
 * @param {Point[]} points
 * @param {{left: number, right: number, top: number, bottom: number}} box @param {number} top the greatest value
 */
export function curve(points, box, top) {
  const from = points[0]?.[0] ?? 0
  const span = Math.max(1, (points[points.length - 1]?.[0] ?? 1) - from)
  const step = Math.min(...points.slice(1).map(([at], place) => at - points[place][0]), span)
  /** @param {number} at */
  const x = (at) => Math.round((box.left + ((at - from) / span) * (box.right - box.left)) * 10) / 10
  /** @param {number} value */
  const y = (value) => Math.round((box.bottom - (value / top) * (box.bottom - box.top)) * 10) / 10
  /** @type {Point[][]} */
  const runs = []
  points.forEach((point, place) => {
    if (place && point[0] - points[place - 1][0] <= step * 1.5) runs[runs.length - 1].push(point)
    else runs.push([point])
  })
  const lines = runs.map((run) => `M${run.map(([at, value]) => `${x(at)} ${y(value)}`).join('L')}`)
  const areas = runs.map((run, place) => `${lines[place]}V${box.bottom}H${x(run[0][0])}Z`)
  return { x, y, line: lines.join(''), area: areas.join('') }
}
