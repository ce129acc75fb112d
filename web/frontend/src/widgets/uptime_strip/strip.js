// A row of steps as few shapes: one path a state; and the same as runs, for those who read it.

/** How tall a step stands and its colour: a state is a height as well as a colour. @type {Record<string, {top: number, name: string}>} */
export const STATES = {
  u: { top: 0.42, name: 'up' },
  w: { top: 0.28, name: 'poor' },
  p: { top: 0.16, name: 'part' },
  d: { top: 0, name: 'down' },
  b: { top: 0.62, name: 'blind' },
  c: { top: 0.88, name: 'closed' },
}

/** @param {string} states a letter a step @returns {{name: string, d: string}[]} paths in a box of as many units, one high */
export function paths(states) {
  /** @type {Record<string, string>} */
  const found = {}
  for (let at = 0; at < states.length; ) {
    const letter = states[at]
    let end = at
    while (states[end] === letter) end++
    const { top } = STATES[letter] ?? STATES.b
    const whole = letter === 'b' || letter === 'c' // a time that says nothing has no steps
    const gap = states.length > 48 ? 0.22 : 0.14
    const bars = whole ? [[at, end - gap]] : Array.from({ length: end - at }, (_, n) => [at + n, at + n + 1 - gap])
    found[letter] = (found[letter] ?? '') + bars.map(([from, to]) => `M${from} ${top}H${to.toFixed(2)}V1H${from}z`).join('')
    at = end
  }
  return Object.entries(found).map(([letter, d]) => ({ name: (STATES[letter] ?? STATES.b).name, d }))
}

/**
 * Steps that are alike and follow each other, without those that were well.
 * @param {string} states @param {string} grounds @param {number[]} edges
 * @returns {{name: string, ground: string, from: number, to: number}[]} the latest first
 */
export function runs(states, grounds, edges) {
  /** @type {{name: string, ground: string, from: number, to: number}[]} */
  const found = []
  for (let at = 0; at < states.length; at++) {
    const { name } = STATES[states[at]] ?? STATES.b
    const last = found.at(-1)
    if (last && last.name === name && last.ground === grounds[at] && last.to === edges[at]) last.to = edges[at + 1]
    else found.push({ name, ground: grounds[at], from: edges[at], to: edges[at + 1] })
  }
  return found.filter(({ name }) => name !== 'up').reverse()
}
