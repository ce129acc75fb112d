// JSON merge patch (RFC 7396), applied in place so that only what changed is drawn again; what loses a key is made anew.

/** @typedef {Record<string, any>} Json */

/** @param {unknown} value @returns {value is Json} */
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)

/**
 * @param {any} target what is known; changed in place where it is an object that loses nothing
 * @param {any} patch
 * @returns {any} the patched value
 */
export function merge(target, patch) {
  if (!isObject(patch)) return patch
  const result = kept(isObject(target) ? target : {}, patch)
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) continue
    if (isObject(value)) put(result, key, merge(own(result, key), value))
    else put(result, key, value)
  }
  return result
}

/** Reactive objects remember every key they ever had: without those that leave, a new one. @param {Json} target @param {Json} patch */
function kept(target, patch) {
  /** @param {string} key */
  const leaves = (key) => Object.prototype.hasOwnProperty.call(patch, key) && patch[key] === null
  if (!Object.keys(target).some(leaves)) return target
  return Object.fromEntries(Object.entries(target).filter(([key]) => !leaves(key)))
}

/** Keys come from outside: `__proto__` is a key like any other. @param {Json} object @param {string} key */
const own = (object, key) => (Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined)

/** @param {Json} object @param {string} key @param {unknown} value */
function put(object, key, value) {
  if (key === '__proto__') return
  if (object[key] !== value) object[key] = value
}
