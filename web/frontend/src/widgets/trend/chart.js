// Keeps a time series drawn in its element, outside the framework's reactivity: a Svelte action.
import { untilThere } from '../../lib/later.js'

const fonts = document.fonts?.load(`400 28px "Inter Variable"`, '0189 Đạ').catch(() => null)
const drawing = untilThere(() => import('./plot.js'))

/** Colours are read once, when a chart is made. */
const isNight = () => document.documentElement.hasAttribute('data-night')

/** @typedef {{points: [number, number|null][], previous: [number, number|null][], incomplete: [number, number, number, number][], unit: string, hours: number, grey: boolean, lang: string, least?: number, head?: number, over?: (plot: import('uplot')) => void}} Drawn over: drawn below the lines; least: the highest value there is room for at least; head: rem above it */

/** @param {HTMLElement} node @param {Drawn} drawn */
export function chart(node, drawn) {
  /** @type {import('uplot')|null} */
  let plot = null
  let look = ''
  let gone = false

  /** @param {typeof import('./plot.js')} means */
  function draw({ plotted, aligned }) {
    if (gone || !node.clientWidth || !node.clientHeight) return
    const next = `${node.clientWidth}x${node.clientHeight} ${drawn.grey} ${isNight()} ${drawn.unit} ${drawn.lang} ${!drawn.previous.length} ${!drawn.incomplete.length} ${drawn.least ?? 0}`
    if (plot && next === look) {
      plot.setData(aligned(drawn))
      return
    }
    look = next
    plot?.destroy()
    plot = plotted(node, drawn)
  }

  /** @type {ResizeObserver|null} */
  let watcher = null
  Promise.all([drawing, fonts]).then(([means]) => {
    if (gone) return
    watcher = new ResizeObserver(() => draw(means))
    watcher.observe(node)
  })
  return {
    /** @param {Drawn} next */
    update(next) {
      drawn = next
      if (plot) drawing.then((means) => requestAnimationFrame(() => draw(means))) // after the page took its new colours
    },
    destroy() {
      gone = true
      watcher?.disconnect()
      plot?.destroy()
    },
  }
}
