// Whose turn it is on a wall that goes round its scenes, and what stands there instead.

export const HOME_AFTER = 60_000 // without a touch

/** @typedef {{name: string, since: number}} Turn */
/**
 * @typedef {object} Wish
 * @property {string|null} fixed the one scene of a wall that has one
 * @property {string} home where an emergency is seen best
 * @property {{scene: string, until: number}|null} shown sent here by a person
 * @property {{scene: string, at: number}|null} touched
 * @property {boolean} halted a critical incident that nobody has taken
 * @property {Turn} turn
 */

/** A turn that is over passes on; a scene that left the round passes on at once. @param {Turn} turn @param {string[]} scenes @param {number} every ms @param {number} now @returns {Turn} */
export function passed(turn, scenes, every, now) {
  const at = scenes.indexOf(turn.name)
  if (at < 0) return { name: scenes[0], since: now }
  if (now - turn.since < every) return turn
  return { name: scenes[(at + 1) % scenes.length], since: now }
}

/** @param {Wish} wish @param {number} now @returns {{name: string, why: 'touched'|'shown'|'fixed'|'halted'|'turn'}} */
export function standing({ fixed, home, shown, touched, halted, turn }, now) {
  if (isTouched(touched, now)) return { name: /** @type {{scene: string}} */ (touched).scene, why: 'touched' }
  if (shown && now < shown.until) return { name: shown.scene, why: 'shown' }
  if (fixed !== null) return { name: fixed, why: 'fixed' }
  return halted ? { name: home, why: 'halted' } : { name: turn.name, why: 'turn' }
}

/** @param {Wish['touched']} touched @param {number} now */
export const isTouched = (touched, now) => touched !== null && now - touched.at < HOME_AFTER

/** The round of a wall: what its display says, else every scene; the one of incidents only while there is one. @param {readonly string[]} said @param {string[]} known @param {boolean} trouble @returns {string[]} */
export function round(said, known, trouble) {
  const wanted = said.length ? said.filter((name) => known.includes(name)) : known.filter((name) => name !== 'su-co' || trouble)
  return wanted.length ? wanted : known
}
