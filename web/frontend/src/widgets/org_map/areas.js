// What an area of the map is called and how it does, in words, whether it is a tile or has its true borders.
import { shortName } from '../../lib/names.js'
import { language, number, t } from '../../lib/texts.svelte.js'

/** @type {Record<string, string>} */
const WORDS = { bad: 'ui.tile.bad', warn: 'ui.tile.warn', dim: 'ui.tile.dim' }
const WORST = ['bad', 'warn', 'dim']

/** @param {any} area */
const label = (area) => (area.own ? t(area.kind === 'province' ? 'ui.map.province' : 'ui.map.own') : shortName(area.name))

/** @param {any} area */
export const count = (area) => (area.worst ? `${number(area.n)}/${number(area.of)}` : number(area.of))

/** @param {any} area */
const told = (area) =>
  area.worst ? t(WORDS[area.worst], { n: number(area.n), of: number(area.of) }) : t('ui.tile.well', { n: number(area.of) })

/** @type {WeakMap<object, {lang: string, area: any}>} */
const known = new WeakMap()

/** With its name, its sites as a list, and `said`, all that is to be told of it; as before where nothing of it has changed. @param {any} area */
export function worded(area) {
  const found = known.get(area)
  if (found?.lang === language()) return found.area
  const name = label(area)
  const made = { ...area, label: name, cells: Object.entries(area.sites), said: `${name}: ${told(area)}${area.cut ? ` · ${area.cut.name}` : ''}` }
  known.set(area, { lang: language(), area: made })
  return made
}

/** The mark of its worst state. @param {any} area */
export const mark = (area) => ({ bad: 'offline', warn: 'warning', dim: 'unknown' })[/** @type {'bad'|'warn'|'dim'} */ (area.worst)]

/** Those that need a look, what is worst first. @param {[string, any][]} areas */
export const troubled = (areas) =>
  areas
    .filter(([, area]) => area.worst)
    .sort(([, a], [, b]) => WORST.indexOf(a.worst) - WORST.indexOf(b.worst) || b.n - a.n || a.label.localeCompare(b.label, 'vi'))
