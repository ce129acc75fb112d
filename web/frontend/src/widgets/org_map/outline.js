// True borders on a field of px: where everything lies, the widest room of an area for its words, points that would overlap.

/** @typedef {[number, number]} Spot longitude and latitude, or px from the left and the top */
/** @typedef {Spot[][][]} Polygons each with its border first, then its holes */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number, width: number}} Room a middle, and how wide it is there */
/** @typedef {{x: number, y: number, width: number, height: number}} Rect around its middle */

const RIM = 6
const LINES = 12 // on which room is looked for
const CENTRAL = 0.7 // how much less room at the rim of an area is worth

/** How degrees become px, the whole as large as the field lets it be. @param {Polygons[]} every @param {Size} field @returns {(at: Spot) => Spot} */
export function projection(every, field) {
  const spots = every.flat(3)
  const lons = spots.map(([lon]) => lon)
  const lats = spots.map(([, lat]) => lat)
  const [west, east, south, north] = [least(lons), -least(lons, -1), least(lats), -least(lats, -1)]
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const [wide, high] = [(east - west) * narrow, north - south]
  const scale = Math.min((field.width - 2 * RIM) / wide, (field.height - 2 * RIM) / high)
  const [left, top] = [(field.width - wide * scale) / 2, (field.height - high * scale) / 2]
  return ([lon, lat]) => [left + (lon - west) * narrow * scale, top + (north - lat) * scale]
}

/** @param {number[]} values @param {number} [sign] */
const least = (values, sign = 1) => values.reduce((low, one) => Math.min(low, sign * one), Infinity)

/** @param {Polygons} polygons @param {(at: Spot) => Spot} project @returns {Polygons} */
export const projected = (polygons, project) => polygons.map((rings) => rings.map((ring) => ring.map(project)))

/** As SVG draws it. @param {Polygons} polygons */
export const path = (polygons) =>
  polygons.flat().map((ring) => `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`).join('')

/** Where words of a height have most room inside, the best first. @param {Polygons} polygons @param {number} high @returns {Room[]} */
export function rooms(polygons, high) {
  const ys = polygons.flat(2).map(([, y]) => y)
  const [top, bottom] = [least(ys), -least(ys, -1)]
  const found = Array.from({ length: LINES }, (_, n) => {
    const share = (n + 0.5) / LINES
    return { ...inside(polygons, top + (bottom - top) * share, high / 2), off: Math.abs(share - 0.5) }
  })
  return found.sort((a, b) => b.width * (1 - CENTRAL * b.off) - a.width * (1 - CENTRAL * a.off))
}

/** The widest stretch on one line, as far as it is inside a little above and below too. @param {Polygons} polygons @param {number} y @param {number} half @returns {Room} */
function inside(polygons, y, half) {
  const [first] = stretches(polygons, y).sort((a, b) => b[1] - b[0] - (a[1] - a[0]))
  let [left, right] = first ?? [0, 0]
  for (const other of [y - half, y + half]) {
    const middle = (left + right) / 2
    const [from, to] = stretches(polygons, other).find(([from, to]) => from <= middle && middle <= to) ?? [middle, middle]
    ;[left, right] = [Math.max(left, from), Math.min(right, to)]
  }
  return { x: (left + right) / 2, y, width: right - left }
}

/** @param {Polygons} polygons @param {number} y @returns {[number, number][]} */
function stretches(polygons, y) {
  const crossings = polygons.flat().flatMap((ring) => crossed(ring, y)).sort((a, b) => a - b)
  return Array.from({ length: crossings.length >> 1 }, (_, n) => [crossings[2 * n], crossings[2 * n + 1]])
}

/** @param {Spot[]} ring @param {number} y @returns {number[]} */
function crossed(ring, y) {
  const found = []
  for (let at = 0; at + 1 < ring.length; at++) {
    const [[ax, ay], [bx, by]] = [ring[at], ring[at + 1]]
    if (ay > y !== by > y) found.push(ax + ((y - ay) / (by - ay)) * (bx - ax))
  }
  return found
}

/** The first room that holds words of a size beside what stands there already. @param {Room[]} all @param {Size} size @param {Rect[]} taken @returns {Room|undefined} */
export const roomFor = (all, size, taken) =>
  all.find((room) => room.width >= size.width && !taken.some((one) => overlaps(one, { ...room, ...size })))

/** @param {Rect} a @param {Rect} b */
const overlaps = (a, b) => Math.abs(a.x - b.x) * 2 < a.width + b.width && Math.abs(a.y - b.y) * 2 < a.height + b.height

/** Around all of it. @param {Polygons} polygons @returns {Rect} */
export function boxOf(polygons) {
  const spots = polygons.flat(2)
  const [xs, ys] = [spots.map(([x]) => x), spots.map(([, y]) => y)]
  const [left, right, top, bottom] = [least(xs), -least(xs, -1), least(ys), -least(ys, -1)]
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top }
}

/**
 * Points that would overlap stand as one, where the first of them is.
 * @template {{x: number, y: number}} T
 * @param {T[]} points those that matter most first @param {(one: T, other: T) => boolean} meet whether the second has no room beside the first
 * @param {number} reach px within which two can meet
 * @returns {{x: number, y: number, points: T[]}[]}
 */
export function clusters(points, meet, reach) {
  /** @type {Map<number, {x: number, y: number, points: T[]}[]>} by squares of that size: only the nine around a point are looked through */
  const squares = new Map()
  const found = []
  for (const point of points) {
    const at = Math.floor(point.x / reach) + 1e4 * Math.floor(point.y / reach)
    const around = [0, 1, -1].flatMap((up) => [0, 1, -1].map((across) => squares.get(at + across + 1e4 * up) ?? [])).flat()
    const near = around.find((one) => meet(one.points[0], point))
    if (near) {
      near.points.push(point)
      continue
    }
    const one = { x: point.x, y: point.y, points: [point] }
    found.push(one)
    squares.set(at, [...(squares.get(at) ?? []), one])
  }
  return found
}
