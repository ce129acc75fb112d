// Tile cartogram: areas take places of a grid so that neighbours stay near each other; what is left over is one free box.

/** @typedef {{lat: number|null, lon: number|null, order: number}} Area */
/** @typedef {{column: number, row: number, columns: number, rows: number}} Box */
/** @typedef {{columns: number, rows: number, places: Place[], free: Box|null}} Layout */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{column: number, row: number}} Place */
/** @typedef {{columns: number, rows: number, box: {columns: number, rows: number}, cost: number}} Shape */

const SHAPE = 1.9 // a block is best a little less than twice as wide as it is high
const FREE = 0.25 // the share of the field a free box may well take
const EMPTY = 0.35 // how much a place without use is disliked
const FAR = 6 // how much distance from where an area would like to be is disliked
const LEFT = 0.15 // the free box is better on the right, beside the alerts,
const TOP = 0.08 // and below
const TRIED = 8

/**
 * @param {Area[]} areas @param {Size} field @param {Size|null} least of the free box; null: no box is kept free
 * @returns {Layout} a place for every area, in their order
 */
export function layout(areas, field, least) {
  const tries = shapes(areas.length, field, least).slice(0, TRIED).flatMap((shape) => {
    const wanted = targets(areas, shape.columns, shape.rows)
    return corners(shape).map((free) => placed(wanted, shape, free))
  })
  return tries.reduce((best, next) => (next.cost < best.cost ? next : best))
}

/** Grids that hold all areas and the free box, the likeliest first. @param {number} count @param {Size} field @param {Size|null} least @returns {Shape[]} */
function shapes(count, { width, height }, least) {
  /** @type {Shape[]} */
  const found = []
  for (let rows = 1; rows <= count + 1; rows++) {
    for (let columns = Math.ceil(count / rows); columns <= Math.ceil(count / rows) + 3; columns++) {
      const block = { width: width / columns, height: height / rows }
      const odd = Math.abs(Math.log(block.width / block.height / SHAPE))
      for (const box of least ? boxes(columns, rows) : [{ columns: 0, rows: 0 }]) {
        const left = columns * rows - count - box.columns * box.rows
        const small = least && (box.columns * block.width < least.width || box.rows * block.height < least.height)
        if (left < 0 || left >= columns || small) continue
        const share = (box.columns * box.rows) / (columns * rows)
        found.push({ columns, rows, box, cost: odd + left * EMPTY + Math.max(0, share - FREE) })
      }
    }
  }
  if (found.length) return found.sort((a, b) => a.cost - b.cost)
  return shapes(count, { width, height }, null) // no box of that size beside so many areas
}

/** @param {number} columns @param {number} rows */
function boxes(columns, rows) {
  const sizes = Array.from({ length: columns * rows }, (_, at) => ({ columns: (at % columns) + 1, rows: Math.floor(at / columns) + 1 }))
  return sizes.filter((box) => box.columns < columns || box.rows < rows)
}

/** @param {Shape} shape @returns {(Box|null)[]} */
function corners({ columns, rows, box }) {
  if (!box.columns) return [null]
  const right = columns - box.columns
  const bottom = rows - box.rows
  return [[right, bottom], [right, 0], [0, bottom], [0, 0]].map(([column, row]) => ({ column, row, ...box }))
}

/** @param {Place[]} wanted @param {Shape} shape @param {Box|null} free */
function placed(wanted, { columns, rows, cost }, free) {
  const open = places(columns, rows, free)
  const found = assign(wanted.map((at) => open.map((place) => distance(at, place, columns, rows))))
  const taken = found.chosen.map((index) => open[index])
  const far = (found.cost / wanted.length) * FAR
  const aside = (free?.column === 0 && free.columns < columns ? LEFT : 0) + (free?.row === 0 ? TOP : 0)
  return { columns, rows, places: taken, free: free && grown(free, taken, columns, rows), cost: cost + far + aside }
}

/** The free box takes the empty places beside it, where a whole side of it is empty. @param {Box} free @param {Place[]} taken @param {number} columns @param {number} rows */
function grown(free, taken, columns, rows) {
  const sides = [
    { ...free, row: free.row - 1, rows: free.rows + 1 },
    { ...free, rows: free.rows + 1 },
    { ...free, column: free.column - 1, columns: free.columns + 1 },
    { ...free, columns: free.columns + 1 },
  ]
  /** @param {Box} box */
  const fits = (box) =>
    box.column >= 0 && box.row >= 0 && box.column + box.columns <= columns && box.row + box.rows <= rows
  return sides.find((box) => fits(box) && !taken.some(({ column, row }) => inside(column, row, box))) ?? free
}

/** @param {number} columns @param {number} rows @param {Box|null} free */
function places(columns, rows, free) {
  const all = Array.from({ length: columns * rows }, (_, at) => ({ column: at % columns, row: Math.floor(at / columns) }))
  return free ? all.filter(({ column, row }) => !inside(column, row, free)) : all
}

/** @param {number} column @param {number} row @param {Box} box */
const inside = (column, row, box) =>
  column >= box.column && column < box.column + box.columns && row >= box.row && row < box.row + box.rows

/** Where each area would like to be; those without coordinates follow in reading order. @param {Area[]} areas @param {number} columns @param {number} rows @returns {Place[]} */
function targets(areas, columns, rows) {
  const known = areas.flatMap(({ lat, lon }) => (lat === null || lon === null ? [] : [{ lat, lon }]))
  if (known.length < 2) return areas.map((_, at) => ({ column: at % columns, row: Math.floor(at / columns) }))
  const across = scale(known.map(({ lon }) => lon), columns - 1)
  const down = scale(known.map(({ lat }) => -lat), rows - 1)
  const middle = { column: (columns - 1) / 2, row: (rows - 1) / 2 }
  return areas.map(({ lat, lon }) =>
    lat === null || lon === null ? middle : { column: across(lon), row: down(-lat) },
  )
}

/** @param {number[]} values @param {number} top */
function scale(values, top) {
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  return (/** @type {number} */ value) => ((value - low) / span) * top
}

/** Squared, as a part of the field. @param {Place} a @param {Place} b @param {number} columns @param {number} rows */
const distance = (a, b, columns, rows) => ((a.column - b.column) / columns) ** 2 + ((a.row - b.row) / rows) ** 2

/**
 * The cheapest one-to-one choice (Hungarian method, O(n²m)).
 * @param {number[][]} costs a row for each area, a column for each place, at least as many places as areas
 */
export function assign(costs) {
  const n = costs.length
  const m = costs[0]?.length ?? 0
  const u = new Float64Array(n + 1)
  const v = new Float64Array(m + 1)
  const taken = new Int32Array(m + 1)
  const way = new Int32Array(m + 1)
  for (let i = 1; i <= n; i++) {
    taken[0] = i
    let at = 0
    const least = new Float64Array(m + 1).fill(Infinity)
    const used = new Uint8Array(m + 1)
    do {
      used[at] = 1
      const row = taken[at]
      let delta = Infinity
      let next = 0
      for (let j = 1; j <= m; j++) {
        if (used[j]) continue
        const reduced = costs[row - 1][j - 1] - u[row] - v[j]
        if (reduced < least[j]) [least[j], way[j]] = [reduced, at]
        if (least[j] < delta) [delta, next] = [least[j], j]
      }
      for (let j = 0; j <= m; j++) {
        if (used[j]) [u[taken[j]], v[j]] = [u[taken[j]] + delta, v[j] - delta]
        else least[j] -= delta
      }
      at = next
    } while (taken[at] !== 0)
    for (; at !== 0; at = way[at]) taken[at] = taken[way[at]]
  }
  const chosen = new Array(n)
  let cost = 0
  for (let j = 1; j <= m; j++) {
    if (taken[j] === 0) continue
    chosen[taken[j] - 1] = j - 1
    cost += costs[taken[j] - 1][j - 1]
  }
  return { chosen, cost }
}

const STRETCH = 1.5 // how far from square a cell may be to use the room

/**
 * The largest cell with which every block shows all its sites, a little wider or higher where there is room.
 * @param {number} most sites of the fullest block @param {number} width @param {number} height @param {number} gap
 * @returns {{size: number, width: number, height: number, columns: number}} size: the shorter side
 */
export function cells(most, width, height, gap) {
  let best = { size: 0, width: 0, height: 0, columns: 1 }
  for (let columns = 1; columns <= Math.max(1, most); columns++) {
    const rows = Math.ceil(Math.max(1, most) / columns)
    const wide = (width - gap * (columns - 1)) / columns
    const high = (height - gap * (rows - 1)) / rows
    const size = Math.min(wide, high)
    const longest = size * STRETCH
    if (size > best.size) best = { size, width: Math.min(wide, longest), height: Math.min(high, longest), columns }
  }
  return best
}
