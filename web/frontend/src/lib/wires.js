// Names of widgets on the wire: the same question always has the same one, another question never has it.

/** @typedef {{id: string, kind: string, options?: Record<string, any>}} Spec */

/**
 * Each its own id where that is free, else with a number behind.
 * @param {Spec[]} specs @param {Record<string, string>} known the names given before, by question
 * @returns {{ids: string[], known: Record<string, string>}} in the order of `specs`
 */
export function named(specs, known = {}) {
  const all = { ...known }
  const ids = specs.map((spec) => (all[question(spec)] ??= free(spec.id, new Set(Object.values(all)))))
  return { ids, known: all }
}

/** @param {Spec} spec */
const question = ({ id, kind, options = {} }) => JSON.stringify([id, kind, options])

/** @param {string} id @param {Set<string>} taken */
function free(id, taken) {
  let name = id
  for (let n = 2; taken.has(name); n += 1) name = `${id}~${n}`
  return name
}
