// A site by its place, with the unit above: there are two communes of one name in the province.
import { pointName, shortName } from '../../lib/names.js'

/** "Điểm cầu xã Tả Lủng" in the district of Đồng Văn → "Tả Lủng, Đồng Văn". @param {{name: string, parent_name: string|null}} site */
export function placed({ name, parent_name: above }) {
  const own = pointName(name)
  return above && !own.includes(shortName(above)) ? `${own}, ${shortName(above)}` : own
}
