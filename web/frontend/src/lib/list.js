// A list of the interface in full: it comes in pages, and a part must not pass for the whole.
import { get } from './api.js'

/** @param {string} path @param {import('./api.js').Query} [query] */
export async function whole(path, query = {}) {
  const first = await get(path, query)
  const items = [...first.items]
  for (let page = 2; items.length < first.total; page += 1) {
    const next = await get(path, { ...query, page })
    if (!next.items.length) break
    items.push(...next.items)
  }
  return { ...first, items }
}
