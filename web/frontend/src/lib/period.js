// Periods by their names: the days of today, this week, month, quarter or year, as the place counts them.

const DAY = 86_400_000

export const PERIODS = ['today', 'week', 'month', 'quarter', 'year', 'custom']

/** @param {Date} date its UTC fields are read @returns {string} "2026-11-21" */
export const isoDay = (date) => date.toISOString().slice(0, 10)

/**
 * First and last day, both counted.
 * @param {string} name of PERIODS, but `custom` @param {number} there an instant whose UTC fields read as local time
 * @returns {{from: string, to: string}}
 */
export function daysOf(name, there) {
  const today = new Date(there)
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()]
  /** @type {Record<string, number>} */
  const first = {
    today: today.getTime(),
    week: today.getTime() - ((today.getUTCDay() + 6) % 7) * DAY,
    month: Date.UTC(year, month, 1),
    quarter: Date.UTC(year, month - (month % 3), 1),
    year: Date.UTC(year, 0, 1),
  }
  return { from: isoDay(new Date(first[name] ?? first.year)), to: isoDay(today) }
}
