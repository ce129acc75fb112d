// The parts of a ring: as large as their share of the whole, yet never too small to be seen.

const LEAST = 1.2 // of 100

/** @param {number[]} numbers @returns {({start: number, length: number}|null)[]} on a ring of 100; null where there is nothing */
export function share(numbers) {
  /** @param {number[]} parts */
  const sum = (parts) => parts.reduce((total, one) => total + one, 0)
  const whole = sum(numbers)
  if (whole <= 0) return numbers.map(() => null)
  const exact = numbers.map((n) => (n / whole) * 100)
  const small = exact.filter((one) => one > 0 && one < LEAST)
  const scale = (100 - small.length * LEAST) / (100 - sum(small))
  let start = 0
  return exact.map((one) => {
    if (one <= 0) return null
    const length = one < LEAST ? LEAST : one * scale
    start += length
    return { start: start - length, length }
  })
}

/** A part as a path on a circle of radius 40 in a field of 100, clockwise from the top. @param {{start: number, length: number}} part */
export function arc({ start, length }) {
  if (length > 99.9) return 'M50 10A40 40 0 1 1 50 90A40 40 0 1 1 50 10'
  /** @param {number} share */
  const point = (share) => {
    const angle = (share / 50 - 0.5) * Math.PI
    return `${(50 + 40 * Math.cos(angle)).toFixed(3)} ${(50 + 40 * Math.sin(angle)).toFixed(3)}`
  }
  return `M${point(start)}A40 40 0 ${length > 50 ? 1 : 0} 1 ${point(start + length)}`
}
