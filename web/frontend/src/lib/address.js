// What a list shows, kept in the address of its page: it survives a reload and can be sent to somebody.

/**
 * @template {Record<string, string|number>} T
 * @param {string} search of the address @param {T} usual what stands for what is not said @returns {T}
 */
export function readAddress(search, usual) {
  const said = new URLSearchParams(search)
  /** @param {[string, string|number]} one @returns {[string, string|number]} */
  const read = ([name, value]) => {
    const text = said.get(name)
    if (text === null) return [name, value]
    if (typeof value !== 'number') return [name, text]
    return [name, Number.isInteger(Number(text)) && Number(text) > 0 ? Number(text) : value]
  }
  return /** @type {T} */ (Object.fromEntries(Object.entries(usual).map(read)))
}

/**
 * The same the other way round; what is usual is not said, and what others keep there stays.
 * @param {Record<string, string|number>} shown @param {Record<string, string|number>} usual @param {string} search
 */
export function writeAddress(shown, usual, search) {
  const said = new URLSearchParams(search)
  for (const [name, value] of Object.entries(shown)) {
    if (value === usual[name] || value === '') said.delete(name)
    else said.set(name, String(value))
  }
  const text = said.toString()
  return text ? `?${text}` : ''
}
