// How much room words take, estimated: enough to decide between one line and two before anything is drawn.

const LETTER = 0.56 // of the size, on the careful side

/** @param {string} text @param {number} width rem @param {number} size rem @returns {number} lines, words kept whole */
export function lines(text, width, size) {
  const space = size * LETTER
  let n = 1
  let left = width
  for (const word of text.split(' ')) {
    const long = word.length * space
    if (long > left && left < width) [n, left] = [n + 1, width]
    left -= long + space
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
