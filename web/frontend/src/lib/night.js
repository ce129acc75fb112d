// When a wall is dim and warm: between two hours of its place, over midnight too.

/** "22:00-05:00" @param {string|null|undefined} span @param {number} minute of the day @returns {boolean} */
export function isNight(span, minute) {
  const [begin, end] = (span ?? '').split('-').map(minuteOf)
  if (!Number.isFinite(begin) || !Number.isFinite(end)) return false
  return begin <= end ? begin <= minute && minute < end : begin <= minute || minute < end
}

/** @param {string} text */
function minuteOf(text) {
  const [hours, minutes] = text.split(':').map(Number)
  return hours * 60 + minutes
}

/** @param {'auto'|'on'|'off'} wanted @param {string|null|undefined} span @param {number} minute of the day @param {boolean} alarmed something critical that nobody has taken is seen in full light */
export const isDim = (wanted, span, minute, alarmed) => !alarmed && (wanted === 'auto' ? isNight(span, minute) : wanted === 'on')
