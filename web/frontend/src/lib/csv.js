// Rows as a file that spreadsheets open: with a mark that says UTF-8, and no cell that would run as a formula.

const FORMULA = /^[=+\-@\t\r]/

/** @param {(string|number)[][]} rows */
export function csv(rows) {
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

/** @param {string|number} value */
function cell(value) {
  const text = String(value)
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
