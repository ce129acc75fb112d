// A percentage with fewer digits: 100 and 0 stand only where it is exactly that.

/** Rounded, but never onto 0 or the whole from beside them. @param {number} value @param {number} digits @param {number} [whole] */
export function rounded(value, digits, whole = 100) {
  const scale = 10 ** digits
  const near = Math.round(value * scale) / scale
  if (near === value || (near !== 0 && near !== whole)) return near
  return Math.round(near * scale + Math.sign(value - near)) / scale
}
