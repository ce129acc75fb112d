// What the screens say, in Vietnamese or English, from the catalogues the server uses too.
import { rounded } from './share.js'
import { site } from './site.js'
import { local } from './time.js'

/** @typedef {import('./types').Lang} Lang */
/** @typedef {Record<Lang, () => Promise<{default: Record<string, string>}>>} Loaders */

const LOCALES = { vi: 'vi-VN', en: 'en-GB' }
const KEPT = 'ioc.lang'

class Texts {
  /** @type {Lang} */
  lang = $state('vi')
  /** @type {Record<string, string>} */
  catalogue = $state.raw({})
}

const texts = new Texts()
const none = () => Promise.resolve({ default: {} })

/** @type {Loaders} */
let loaders = { vi: none, en: none }

/** Each page brings the catalogues it needs, before it says anything. @param {Loaders} given */
export const bring = (given) => (loaders = given)

/** @param {string} [preferred] what the server says of this person */
export async function speak(preferred) {
  const asked = new URLSearchParams(location.search).get('lang')
  await learn([asked, localStorage.getItem(KEPT), preferred].find(isSpoken) ?? 'vi')
}

/** @param {unknown} lang @returns {lang is Lang} */
const isSpoken = (lang) => lang === 'vi' || lang === 'en'

/** @param {Lang} lang chosen by the reader, and remembered */
export async function switchTo(lang) {
  localStorage.setItem(KEPT, lang)
  await learn(lang)
}

/** @param {Lang} lang */
async function learn(lang) {
  texts.catalogue = { ...(await loaders[lang]()).default, ...site.texts[lang] }
  texts.lang = lang
  document.documentElement.lang = lang
}

export const language = () => texts.lang

/**
 * The text of a key; a parameter may itself be `{key, params}`. A missing text shows its key.
 * @param {string} key @param {Record<string, any>} [params]
 * @returns {string}
 */
export function t(key, params = {}) {
  const text = texts.catalogue[key] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? shown(params[name], name, params.unit) : whole))
}

/** @param {string} key @param {string} otherwise */
export const tOr = (key, otherwise) => texts.catalogue[key] ?? otherwise

/** @param {import('./types').Said|null|undefined} title */
export const said = (title) => (typeof title === 'string' ? title : title ? t(title.key, title.params ?? {}) : '')

/** A year is a name, not a quantity: no mark between its digits. @param {any} value @param {string} name @param {unknown} unit @returns {string} */
function shown(value, name, unit) {
  if (typeof value === 'number' && unit === '%') return percent(value, 2, 0).slice(0, -1)
  if (typeof value === 'number') return name === 'year' ? String(value) : number(value)
  return value && typeof value === 'object' ? said(value) : String(value)
}

/** @type {Map<string, Intl.NumberFormat>} one costs as much as a hundred figures that it writes */
const writers = new Map()
/** @type {Map<Lang, Intl.DateTimeFormat>} and one of these ten milliseconds */
const dates = new Map()

/** @param {number} most @param {number} [least] digits after the comma */
function numbers(most, least = 0) {
  const key = `${texts.lang}${least}-${most}`
  let found = writers.get(key)
  if (!found) {
    found = new Intl.NumberFormat(LOCALES[texts.lang], { minimumFractionDigits: least, maximumFractionDigits: most })
    writers.set(key, found)
  }
  return found
}

/** @param {number|null|undefined} value @param {number} [digits] */
export function number(value, digits = 1) {
  if (value === null || value === undefined) return '–'
  return numbers(digits).format(value)
}

/**
 * "97,64%": two decimals as in reports; of nothing there is no percentage.
 * @param {number|null|undefined} value @param {number} [digits] @param {number} [least] digits that stand even where they are 0
 */
export function percent(value, digits = 2, least = digits) {
  if (value === null || value === undefined) return '–'
  return `${numbers(digits, least).format(rounded(value, digits))}%`
}

/** "Thứ Bảy, 21/11/2026" @param {number} ms */
export function longDate(ms) {
  let writer = dates.get(texts.lang)
  if (!writer) {
    writer = new Intl.DateTimeFormat(LOCALES[texts.lang], { weekday: 'long', day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' })
    dates.set(texts.lang, writer)
  }
  const text = writer.format(local(ms))
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** @type {[string, number][]} */
const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** The two words that matter: "2 giờ 5 phút", "14 phút", "3 giây". @param {number|null} seconds */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–'
  const whole = Math.max(0, Math.round(seconds))
  const at = STEPS.findIndex(([, size]) => whole >= size)
  if (at < 0 || STEPS[at][0] === 'second') return t('ui.duration.second', { n: whole })
  const [unit, size] = STEPS[at]
  const rest = unit === 'minute' ? 0 : Math.floor((whole % size) / STEPS[at + 1][1])
  const first = t(`ui.duration.${unit}`, { n: Math.floor(whole / size) })
  return rest ? `${first} ${t(`ui.duration.${STEPS[at + 1][0]}`, { n: rest })}` : first
}

/** After a day the hours do not matter. @param {number|null} seconds */
export const ago = (seconds) => (seconds === null ? t('ui.never') : t('ui.ago', { age: duration(seconds < 86_400 ? seconds : seconds - (seconds % 86_400)) }))

/** "13 ngày làm việc"; within a day "2 giờ 5 phút làm việc". Hours are never turned into days: the server counts those. @param {number} seconds @param {number} days */
export function workingTime(seconds, days) {
  if (days) return t('ui.dossiers.unit.working_day', { n: Math.abs(days) })
  const minutes = Math.round(Math.abs(seconds) / 60)
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  const parts = [hours && t('ui.duration.hour', { n: hours }), (rest || !hours) && t('ui.duration.minute', { n: rest })]
  return t('ui.duration.working', { age: parts.filter(Boolean).join(' ') })
}
