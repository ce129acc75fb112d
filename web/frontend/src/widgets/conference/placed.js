// A site by its place, with the unit above: there are two communes of one name in the province.
import { placed as withUnit, pointName } from '../../lib/names.js'

/** "Điểm cầu xã Tả Lủng" in the district of Đồng Văn → "Tả Lủng, Đồng Văn". @param {{name: string, parent_name: string|null}} site */
export const placed = ({ name, parent_name: above }) => withUnit(pointName(name), above)

const MANY = 3

/** @typedef {{key: string, name: string, n: number, one: any}} Row n: the sites that the line of that name took along, 0 for a single site */

/** Sites that one line took along stand as one row. @param {[string, any][]} missing @returns {Row[]} in their order */
export function grouped(missing) {
  const byCause = new Map()
  for (const [, { cause }] of missing) if (cause) byCause.set(cause, (byCause.get(cause) ?? 0) + 1)
  const told = new Set()
  return missing.flatMap(([key, one]) => {
    const n = byCause.get(one.cause) ?? 0
    if (n < MANY) return [{ key, name: placed(one), n: 0, one }]
    if (told.has(one.cause)) return []
    told.add(one.cause)
    return [{ key: one.cause, name: one.cause, n, one }]
  })
}
