// Short names for small places: what kind of unit it is stands in the heading already.

const UNITS = /^(?:Tỉnh|Thị xã|Huyện|Quận|Xã|Phường|Thị trấn|Đặc khu)\s+(?=\p{Lu})/u

const TOWN = /^Thành phố\s+(?=\p{Lu})/u

/** "Huyện Hoàng Su Phì" → "Hoàng Su Phì"; a city, often named like its province, says so: "TP Hà Giang". @param {string} name */
export const shortName = (name) => name.replace(TOWN, 'TP ').replace(UNITS, '')

/** "Xã Tả Lủng", "Huyện Đồng Văn" → "Xã Tả Lủng, Đồng Văn": there are two. @param {string} name @param {string|null|undefined} above the unit it lies in, where that is not all that is looked at */
export const placed = (name, above) => (above && !name.toLowerCase().includes(above.toLowerCase()) ? `${name}, ${shortName(above)}` : name)

/** As people say it, where the full name would push out the place in it. @param {string} name */
export const abbreviated = (name) =>
  name.replace(/Trung tâm Phục vụ hành chính công/iu, 'Trung tâm PVHCC').replace(/Bộ phận Tiếp nhận và Trả kết quả/iu, 'Bộ phận Một cửa')

/** "Điểm cầu huyện Bắc Mê" → "Huyện Bắc Mê", among conference points. @param {string} name */
export function bareName(name) {
  const place = name.replace(/^Điểm cầu\s+(?=\S)/u, '')
  return place.charAt(0).toUpperCase() + place.slice(1)
}

/** "Điểm cầu huyện Bắc Mê" → "Bắc Mê". @param {string} name */
export const pointName = (name) => shortName(bareName(name))
