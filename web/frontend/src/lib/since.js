// Where a young series begins: an axis of a whole day for ten minutes of figures would show nothing.

const LEAST = 2 * 3_600_000

/**
 * The points from a little before the first known one on, at least two hours of them.
 * @param {[number, number|null][]} points in the order of time
 */
export function fromTheFirst(points) {
  const first = points.findIndex(([, value]) => value !== null)
  if (first < 0) return points
  const start = Math.min(points[first][0], points[points.length - 1][0] - LEAST)
  return points.filter(([ms]) => ms >= start)
}
