// Where a young series begins: an axis of a whole day for ten minutes of figures would show nothing.

const LEAST = 2 * 3_600_000
const COMPARABLE = 6 // fewer figures of the week before say nothing

/** @typedef {[number, number|null][]} Points in the order of time */

/** @param {Points} points */
const known = (points) => points.filter(([, value]) => value !== null)

/**
 * Both series from a little before the first known figure on, at least two hours of them.
 * @param {Points} points @param {Points} previous
 * @returns {{points: Points, previous: Points}} previous: empty where there is too little to compare with
 */
export function fromTheFirst(points, previous) {
  const compared = known(previous).length >= COMPARABLE ? previous : []
  const first = Math.min(...[points, compared].map((series) => known(series)[0]?.[0] ?? Infinity))
  if (first === Infinity) return { points, previous: compared }
  const start = Math.min(first, points[points.length - 1][0] - LEAST)
  /** @param {Points} series */
  const after = (series) => series.filter(([ms]) => ms >= start)
  return { points: after(points), previous: after(compared) }
}
