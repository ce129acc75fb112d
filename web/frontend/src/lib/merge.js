// JSON merge patch (RFC 7396), applied in place so that only what changed is drawn again.

/** @param {unknown} value */
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)

/**
 * @param {any} target what is known; changed in place where it is an object
 * @param {any} patch
 * @returns {any} the patched value
 */
export function merge(target, patch) {
  if (!isObject(patch)) return patch
  const result = isObject(target) ? target : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else if (isObject(value)) put(result, key, merge(own(result, key), value))
    else put(result, key, value)
  }
  return result
}

/** Keys come from outside: `__proto__` is a key like any other. */
const own = (object, key) => (Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined)

function put(object, key, value) {
  if (key === '__proto__') return
  if (object[key] !== value) object[key] = value
}
