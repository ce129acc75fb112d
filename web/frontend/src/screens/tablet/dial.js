// The number in what an inventory says of somebody: "Tổng đài mạng 0900 000 022" → "0900000022".

/** @param {string} text @returns {string} empty where there is none to dial */
export function dialled(text) {
  const [found] = /\+?\d[\d .()-]{1,18}\d/.exec(text) ?? ['']
  return found.replace(/[^\d+]/g, '')
}
