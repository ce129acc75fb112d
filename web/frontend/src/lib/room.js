// How much room words take, measured in the font of the screens: one line or two is decided before anything is drawn.

/** @type {CanvasRenderingContext2D|null} */
let pen = null

/** Its width in em. @param {string} text @param {number} [weight] */
export function em(text, weight = 400) {
  pen ??= /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'))
  pen.font = `${weight} 100px "Inter Variable", sans-serif`
  return pen.measureText(text.replace(/\d/g, '0')).width / 100 // digits are all as wide as this one, which a canvas does not know
}

/** @param {string} text @param {number} width rem @param {number} size rem @returns {number} lines, words kept whole */
export function lines(text, width, size) {
  let n = 1
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : word
    if (line && em(longer) * size > width) [n, line] = [n + 1, word]
    else line = longer
  }
  return n
}

/**
 * How many rows of these heights fit, one below the other; where not all do, a last line says how many more there are.
 * @param {number[]} heights @param {number} height @param {number} more height of that line
 */
export function fitting(heights, height, more) {
  const total = heights.reduce((sum, one) => sum + one, 0)
  if (total <= height) return heights.length
  let left = height - more
  const over = heights.findIndex((one) => (left -= one) < 0)
  return Math.max(1, over < 0 ? heights.length : over)
}
