// A time series on a canvas (uPlot): the part of the trend that is large, and comes after everything else stands.
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { number } from '../../lib/texts.svelte.js'
import { chartDate } from '../../lib/time.js'
import { tableBehind } from './behind.js'

const FONT = '"Inter Variable", sans-serif'
const MINUTES = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1440].map((n) => n * 60) // what seconds are read as
const LOW = 14 // rem: no room for more than the ends of the scale

/** @typedef {import('./chart.js').Drawn} Drawn */
/** @typedef {import('uplot')} Plot */

/** @param {HTMLElement} node @param {Drawn} drawn */
export const plotted = (node, drawn) => new uPlot(settings(node, drawn), aligned(drawn), node)

/** All series on one time axis, seconds as uPlot wants them. @param {Drawn} drawn */
export function aligned({ points, previous, incomplete }) {
  /** @param {(number|null)[][]} rows @returns {import('uplot').AlignedData} */
  const table = (rows) => [rows.map(([ms]) => Number(ms) / 1000), rows.map(([, value]) => value)]
  return uPlot.join([points, ...[previous, incomplete].filter((rows) => rows.length)].map(table))
}

/** @param {HTMLElement} node @param {Drawn} drawn @returns {import('uplot').Options} */
function settings(node, { unit, hours, grey, previous, incomplete, over, least = 0, head = previous.length ? 3.2 : 1.2 }) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
  /** @param {string} name */
  const colour = (name) => getComputedStyle(node).getPropertyValue(name).trim()
  const font = `${2.1 * rem}px ${FONT}`
  const axis = { font, stroke: colour('--mute'), ticks: { show: false } }
  const line = { points: { size: rem, width: 0, filter: alone }, spanGaps: false }
  /** @param {string} name */
  const dot = (name) => ({ ...line.points, fill: colour(name), stroke: colour(name) })
  const now = { ...line, points: dot('--live'), stroke: colour('--live'), width: 0.3 * rem, fill: grey ? undefined : 'rgba(47, 114, 189, 0.22)' }
  /** @param {string} name @returns {import('uplot').Series} */
  const dashed = (name) => ({ ...line, points: dot(name), stroke: colour(name), width: 0.22 * rem, dash: [0.9 * rem, 0.6 * rem] })
  return {
    width: node.clientWidth,
    height: node.clientHeight,
    padding: [head * rem, 3.2 * rem, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    tzDate: (seconds) => chartDate(seconds * 1000),
    scales: { y: { range: (_, low, high) => [Math.min(0, low ?? 0), nice(Math.max(high ?? 1, least))] } },
    hooks: over ? { drawClear: [over] } : {},
    plugins: over ? [] : [tableBehind(node, hours > 48 ? dayMonth : hourMinute)], // what draws over it tells it itself
    axes: [
      {
        ...axis,
        size: 3.8 * rem,
        gap: 0.9 * rem,
        space: 11 * rem,
        grid: { stroke: 'rgba(120, 145, 190, 0.12)', width: 1 },
        values: (_, ticks) => ticks.map((tick) => hours > 48 ? dayMonth(tick) : hourMinute(tick)),
      },
      {
        ...axis,
        size: (_, labels) => Math.max(3, ...(labels ?? []).map((text) => text.length)) * 1.3 * rem + 1.2 * rem,
        space: 5 * rem,
        ...(unit === 's' ? { incrs: MINUTES } : {}),
        gap: 0.8 * rem,
        splits: node.clientHeight < LOW * rem ? (_, __, low, high) => [low, high] : undefined,
        grid: { stroke: 'rgba(120, 145, 190, 0.2)', width: 1 },
        values: (_, ticks) => ticks.map((tick) => figure(tick, unit)),
      },
    ],
    series: [{}, now, ...(previous.length ? [dashed('--warn')] : []), ...(incomplete.length ? [dashed('--mute')] : [])],
  }
}

/** Figures with nothing known on either side: no line would show them. @param {Plot} plot @param {number} series */
function alone(plot, series) {
  const values = Array.from(plot.data[series])
  return values.flatMap((value, at) => (value != null && values[at - 1] == null && values[at + 1] == null ? [at] : []))
}

/** @param {number} n */
const two = (n) => String(n).padStart(2, '0')

/** @param {number} seconds */
function hourMinute(seconds) {
  const date = chartDate(seconds * 1000)
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** @param {number} seconds */
function dayMonth(seconds) {
  const date = chartDate(seconds * 1000)
  return `${two(date.getDate())}/${two(date.getMonth() + 1)}`
}

/** Seconds read as minutes on an axis. @param {number} value @param {string} unit */
const figure = (value, unit) => (unit === 's' ? `${number(value / 60)}′` : number(value))

/** A little room above the highest value, ending on a round number. @param {number} high */
function nice(high) {
  if (high <= 0) return 1
  const size = 10 ** Math.floor(Math.log10(high * 1.05))
  const step = size * (high > 5 * size ? 1 : high > 2 * size ? 0.5 : 0.2)
  return Math.ceil((high * 1.05) / step) * step
}
