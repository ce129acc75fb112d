// What tells the names of one list apart: the words nearly all of them share, at the front or the back, are left out.

const LOWER = /^(?:\p{Ll}|\P{L})/u // "huyện", "–", "2": no part of a proper name

/**
 * "Một cửa huyện Bắc Mê", "Một cửa huyện Bắc Quang" → "Bắc Mê", "Bắc Quang".
 * Proper names are never split, every result stands alone, and names that are unlike the others stay whole.
 * @param {string[]} names
 * @returns {string[]} in the same order
 */
export function tellApart(names) {
  const cut = without(without(names, front), back).map(tidy)
  const seen = new Map()
  for (const name of cut) seen.set(name, (seen.get(name) ?? 0) + 1)
  return cut.map((name, at) => (seen.get(name) > 1 ? names[at] : name))
}

/** @typedef {{run: string, words: number, first: string, rest: string}} Run at one end of a name, and what stays */

/** Each name without the longest run of words that enough of the others have in the same place. @param {string[]} names @param {(words: string[]) => Run[]} end */
function without(names, end) {
  const options = names.map((name) => end(name.trim().split(/\s+/)))
  const having = new Map()
  for (const { run } of options.flat()) having.set(run, (having.get(run) ?? 0) + 1)
  /** @param {Run} one */
  const shared = ({ run, words }) => (having.get(run) ?? 0) >= (words === 1 ? Math.max(3, names.length) : Math.max(2, names.length / 2))
  return names.map((name, at) => options[at].findLast(shared)?.rest ?? name)
}

/** Longer and longer runs from the front; a run ends where a proper name may begin, and leaves a name behind. @param {string[]} words */
function front(words) {
  const ends = words.slice(0, -1).map((word, at) => at === 0 || LOWER.test(word))
  const broken = ends.indexOf(false)
  return runs(words, broken < 0 ? words.length - 1 : broken, (n) => [words.slice(0, n), words.slice(n)])
}

/** The same from the back; a run begins with a word that is no part of a proper name. @param {string[]} words */
function back(words) {
  return runs(words, words.length - 1, (n) => [words.slice(-n), words.slice(0, -n)]).filter(({ first }) => LOWER.test(first))
}

/** @param {string[]} words @param {number} most @param {(n: number) => string[][]} split */
function runs(words, most, split) {
  /** @type {Run[]} */
  const found = []
  for (let n = 1; n <= most; n++) {
    const [run, rest] = split(n)
    if (rest.some((word) => /\p{L}/u.test(word))) found.push({ run: run.join(' '), words: n, first: run[0], rest: rest.join(' ') })
  }
  return found
}

/** @param {string} name */
function tidy(name) {
  const bare = name.replace(/^[\s–—:,;·-]+|[\s–—:,;·-]+$/gu, '')
  return bare.charAt(0).toUpperCase() + bare.slice(1)
}
