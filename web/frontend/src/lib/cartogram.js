// Tile cartogram: areas take places of a grid so that neighbours stay near each other, one corner stays free.

/** @typedef {{lat: number|null, lon: number|null, order: number}} Area */
/** @typedef {{columns: number, rows: number, places: {column: number, row: number}[], free: Corner|null}} Layout */
/** @typedef {{column: number, row: number, columns: number, rows: number}} Corner */

const LEFT = 1.25 // the free corner is better on the right, beside the alerts
const SHAPE = 1.9 // a block is best a little less than twice as wide as it is high

/**
 * @param {Area[]} areas @param {number} width @param {number} height @param {boolean} corner keep a corner free
 * @returns {Layout} a place for every area, in their order
 */
export function layout(areas, width, height, corner) {
  const { columns, rows } = shape(areas.length + (corner ? 4 : 0), width, height)
  const wanted = targets(areas, columns, rows)
  const tries = (corner ? corners(columns, rows) : [null]).map((free) => {
    const open = places(columns, rows, free)
    const { chosen, cost } = assign(wanted.map((at) => open.map((place) => distance(at, place))))
    const taken = chosen.map((index) => open[index])
    return { columns, rows, free: free && grown(free, taken, columns, rows), cost: cost * (free?.column === 0 ? LEFT : 1), places: taken }
  })
  return tries.reduce((best, next) => (next.cost < best.cost ? next : best))
}

function shape(count, width, height) {
  let best = { columns: 1, rows: Math.max(1, count), miss: Infinity }
  for (let rows = 1; rows <= count; rows++) {
    const columns = Math.ceil(count / rows)
    const miss = Math.abs(Math.log(width / columns / (height / rows) / SHAPE)) + (columns * rows - count) / count
    if (miss < best.miss) best = { columns, rows, miss }
  }
  return best
}

function corners(columns, rows) {
  const size = { columns: Math.min(2, columns), rows: Math.min(2, rows) }
  const right = columns - size.columns
  const bottom = rows - size.rows
  return [
    { column: right, row: bottom, ...size },
    { column: right, row: 0, ...size },
    { column: 0, row: bottom, ...size },
    { column: 0, row: 0, ...size },
  ]
}

/** The free corner takes the empty places beside it, where a whole side of it is empty. */
function grown(free, taken, columns, rows) {
  const sides = [
    { ...free, row: free.row - 1, rows: free.rows + 1 },
    { ...free, rows: free.rows + 1 },
    { ...free, column: free.column - 1, columns: free.columns + 1 },
    { ...free, columns: free.columns + 1 },
  ]
  const fits = (box) =>
    box.column >= 0 && box.row >= 0 && box.column + box.columns <= columns && box.row + box.rows <= rows
  return sides.find((box) => fits(box) && !taken.some(({ column, row }) => inside(column, row, box))) ?? free
}

function places(columns, rows, free) {
  const all = Array.from({ length: columns * rows }, (_, at) => ({ column: at % columns, row: Math.floor(at / columns) }))
  return free ? all.filter(({ column, row }) => !inside(column, row, free)) : all
}

const inside = (column, row, box) =>
  column >= box.column && column < box.column + box.columns && row >= box.row && row < box.row + box.rows

/** Where each area would like to be; those without coordinates follow in reading order. */
function targets(areas, columns, rows) {
  const known = areas.filter((area) => area.lat !== null && area.lon !== null)
  if (known.length < 2) return areas.map((_, at) => ({ column: at % columns, row: Math.floor(at / columns) }))
  const across = scale(known.map((area) => area.lon), columns - 1)
  const down = scale(known.map((area) => -area.lat), rows - 1)
  const middle = { column: (columns - 1) / 2, row: (rows - 1) / 2 }
  return areas.map(({ lat, lon }) =>
    lat === null || lon === null ? middle : { column: across(lon), row: down(-lat) },
  )
}

function scale(values, top) {
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  return (value) => ((value - low) / span) * top
}

const distance = (a, b) => (a.column - b.column) ** 2 + (a.row - b.row) ** 2

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

/**
 * The largest square cell with which every block shows all its sites.
 * @param {number} most sites of the fullest block @param {number} width @param {number} height @param {number} gap
 * @returns {{size: number, columns: number}}
 */
export function cells(most, width, height, gap) {
  let best = { size: 0, columns: 1 }
  for (let columns = 1; columns <= Math.max(1, most); columns++) {
    const rows = Math.ceil(Math.max(1, most) / columns)
    const size = Math.min((width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows)
    if (size > best.size) best = { size, columns }
  }
  return best
}
