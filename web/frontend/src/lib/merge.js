// JSON merge patch (RFC 7396): a new object along the way of what changed, everything else stays the object it was.

/** @typedef {Record<string, any>} Json */

/** @param {unknown} value @returns {value is Json} */
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)

/**
 * @param {any} target what is known; left as it is
 * @param {any} patch
 * @returns {any} the patched value
 */
export function merge(target, patch) {
  if (!isObject(patch)) return patch
  const result = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (key === '__proto__') continue // keys come from outside
    if (value === null) delete result[key]
    else result[key] = isObject(value) ? merge(own(result, key), value) : value
  }
  return result
}

/** @param {Json} object @param {string} key */
const own = (object, key) => (Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined)
