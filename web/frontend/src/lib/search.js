// Searching by words, with or without diacritics, in any order.

/** @param {string} text */
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'd').toLowerCase()

/** @param {string} search @returns {string[]} */
export const wordsOf = (search) => plain(search).split(/\s+/).filter(Boolean)

/** Whether a text holds every word. @param {string} text @param {string[]} words of `wordsOf` */
export function holds(text, words) {
  const bare = plain(text)
  return words.every((word) => bare.includes(word))
}
