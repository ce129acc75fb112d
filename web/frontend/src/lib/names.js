// Short names for small places: what kind of unit it is stands in the heading already.

const UNITS = /^(?:Tỉnh|Thành phố|Thị xã|Huyện|Quận|Xã|Phường|Thị trấn|Đặc khu)\s+(?=\p{Lu})/u

/** "Huyện Hoàng Su Phì" → "Hoàng Su Phì"; "Phường 1" stays. @param {string} name */
export const shortName = (name) => name.replace(UNITS, '')

/** "Điểm cầu huyện Bắc Mê" → "Huyện Bắc Mê", among conference points. @param {string} name */
export function bareName(name) {
  const place = name.replace(/^Điểm cầu\s+(?=\S)/u, '')
  return place.charAt(0).toUpperCase() + place.slice(1)
}

/** "Điểm cầu huyện Bắc Mê" → "Bắc Mê". @param {string} name */
export const pointName = (name) => shortName(bareName(name))
