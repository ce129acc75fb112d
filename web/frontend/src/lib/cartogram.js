// Sizes on a tile cartogram, all in rem: tiles, their names, the cells on them, and the count in the corner of each.

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{column: number, row: number, columns: number, rows: number}} Box */
/** @typedef {{columns: number, rows: number, free: Box[]}} Grid */
/** @typedef {{size: number, width: number, height: number, columns: number}} Cell size: the shorter side */
/** @typedef {{head: number, foot: boolean, cell: Cell, low?: boolean, room?: number}} Plan foot: the count stands below, beside the last cells; low: only where it fits beside the name, in em of `room` */

const GAP = 0.9
const CLOSE = 0.45 // between many tiles
const MANY = 6 // columns or rows
export const CELL_GAP = 0.3
const FRAME = { width: 1.3, height: 1.5 } // padding and border of a tile
const LOW = { frame: 0.9, least: 0.5, apart: 0.4 } // of a tile that is hardly higher than its name
const HEADS = [2.7, 2.6, 2.5, 2.4, 2.3, 2.2] // no smaller letters than the last
const LINE = 1.24
const STRETCH = 1.5 // how far from square a cell may be to use the room
const LARGEST = 4.4
const ENOUGH = 2.4
export const DUST = 0.9 // a smaller cell shows nothing: a bar of shares instead
const LEAST = 1.2 // of that bar

/** Between tiles, in rem. @param {Grid} grid */
export const gapOf = (grid) => (grid.columns > MANY || grid.rows > MANY ? CLOSE : GAP)

/** @param {Grid} grid @param {Size} field @returns {Size} of one tile */
export const tileOf = (grid, field) => ({
  width: (field.width - gapOf(grid) * (grid.columns - 1)) / grid.columns,
  height: (field.height - gapOf(grid) * (grid.rows - 1)) / grid.rows,
})

/** The room of several tiles together. @param {Box} box @param {Size} tile @param {number} gap @returns {Size} */
export const roomOf = (box, tile, gap) => ({
  width: box.columns * (tile.width + gap) - gap,
  height: box.rows * (tile.height + gap) - gap,
})

/**
 * How every tile is laid out alike; null where no name has room, and a tile is a cell itself.
 * @param {Size} tile @param {number[]} counts cells of each tile
 * @param {number[]} names width of each name, in em @param {number[]} figures width of each count, in em
 * @returns {Plan|null}
 */
export function plan(tile, counts, names, figures) {
  const inner = { width: tile.width - FRAME.width, height: tile.height - FRAME.height }
  const figure = Math.max(0, ...figures)
  const below = best(inner, counts, Math.max(0, ...names), (size) => ({ width: figure * size * 1.08, height: size * 1.2 }))
  const beside = best(inner, counts, Math.max(0, ...names.map((name, at) => name + 0.35 + figures[at])), () => null)
  if (!below && !beside) return low(tile, counts, names, figures)
  if (!below || !beside) return below ?? beside
  return worth(beside) >= worth(below) ? beside : below
}

/**
 * The name over a row of cells, as large as lets every count stand beside it; null where not even the name has room.
 * @param {Size} tile @param {number[]} counts @param {number[]} names @param {number[]} figures @returns {Plan|null}
 */
function low(tile, counts, names, figures) {
  const width = tile.width - FRAME.width
  const fits = (/** @type {number} */ head) => Math.max(0, ...names) * head <= width && tile.height - LOW.frame - head * LINE >= LOW.least
  const able = HEADS.filter(fits)
  const head = able.find((each) => names.every((name, at) => (name + LOW.apart + figures[at]) * each <= width)) ?? able.at(-1)
  if (!head) return null
  return { head, foot: false, low: true, room: width / head, cell: cells(counts, { width, height: tile.height - LOW.frame - head * LINE }) }
}

/** Once cells are large enough, larger names are what is better. @param {Plan} plan */
const worth = ({ head, cell }) => head + 1.5 * Math.min(cell.size, ENOUGH)

/** With the largest name that fits; where no cell would fit below it, with a smaller one. @param {Size} inner @param {number[]} counts @param {number} name @param {(size: number) => Size|null} foot @returns {Plan|null} */
function best(inner, counts, name, foot) {
  for (const head of HEADS) {
    if (name * head > inner.width) continue
    const field = { width: inner.width, height: inner.height - head * LINE - CELL_GAP }
    const cell = cells(counts, field, foot(head))
    if (field.height - (foot(head)?.height ?? 0) >= LEAST || cell.size >= DUST) return { head, foot: foot(head) !== null, cell }
  }
  return null
}

/**
 * The largest cell with which every tile shows all its sites and leaves the foot free at the lower right.
 * @param {number[]} counts @param {Size} field @param {Size|null} foot @returns {Cell}
 */
export function cells(counts, field, foot = null) {
  const most = Math.max(1, ...counts)
  let found = { size: 0, width: 0, height: 0, columns: 1 }
  for (let columns = 1; columns <= most; columns++) {
    const wide = (field.width - CELL_GAP * (columns - 1)) / columns
    const high = Math.min(...counts.map((count) => height(count, columns, Math.min(wide, LARGEST), field, foot)))
    const size = Math.min(wide, high, LARGEST)
    if (size > found.size) found = { size, width: Math.min(wide, size * STRETCH), height: Math.min(high, size * STRETCH), columns }
  }
  return found
}

/** How high the cells of one tile may be. @param {number} count @param {number} columns @param {number} wide @param {Size} field @param {Size|null} foot */
function height(count, columns, wide, field, foot) {
  const rows = Math.max(1, Math.ceil(count / columns))
  const each = (/** @type {number} */ room, /** @type {number} */ n) => (room - CELL_GAP * (n - 1)) / n
  if (!foot) return each(field.height, rows)
  const last = count - (rows - 1) * columns
  const kept = Math.ceil((foot.width + CELL_GAP) / (wide + CELL_GAP))
  const above = field.height - foot.height
  if (last > columns - kept) return each(above, rows)
  return Math.min(each(field.height, rows), rows > 1 ? each(above, rows - 1) : Infinity)
}

/** @typedef {{number: number, words: number, beside: boolean, shown: number}} Corner beside: the words stand at the right of the number */

const NUMBERS = [9.8, 9, 8.2, 7.4, 6.6, 5.8, 5, 4.4]
const WORDS = [2.7, 2.5, 2.3, 2.2]
const LEADING = 1.35
const APART = 1.6 // between two words, in em of them
const ASIDE = 2.5 // between the number and the words at its right

/**
 * How large the total in the free corner may be, and where its words stand; the last words give way where there is no room.
 * @param {Size} room @param {number} number its width in em @param {number[]} words width of each, in em, the first ones first
 * @returns {Corner|null}
 */
export function corner(room, number, words) {
  for (let shown = words.length; shown > 0; shown--) {
    const fits = NUMBERS.flatMap((big) => WORDS.flatMap((size) => sides(room, number, words.slice(0, shown), big, size)))
    if (fits.length) return { ...fits.reduce((a, b) => (b.number + 2 * b.words > a.number + 2 * a.words ? b : a)), shown }
  }
  return null
}

/** Below the number or at its right, where they fit. @param {Size} room @param {number} number @param {number[]} words @param {number} big @param {number} size */
function sides(room, number, words, big, size) {
  const right = room.width - number * big - ASIDE
  if (number * big > room.width || big * 1.1 > room.height) return []
  const high = (/** @type {number} */ width) => lines(words, width / size) * size * LEADING
  return [
    ...(big * 1.1 + high(room.width) <= room.height ? [{ number: big, words: size, beside: false }] : []),
    ...(high(right) <= room.height ? [{ number: big, words: size, beside: true }] : []),
  ]
}

/** Lines that words take one after the other; none fits where one is too long. @param {number[]} words @param {number} width in em */
function lines(words, width) {
  let n = 1
  let left = width
  for (const word of words) {
    if (word > width) return Infinity
    if (word > left) [n, left] = [n + 1, width]
    left -= word + APART
  }
  return n
}
