// The table behind a curve, for who cannot see it: an hour a row, written anew each minute at most.
import { number, t } from '../../lib/texts.svelte.js'

const EVERY_MS = 60_000
const MOST_ROWS = 24

/** A plug-in of uPlot; `named` says when a figure is of. @param {HTMLElement} node @param {(seconds: number) => string} named @returns {import('uplot').Plugin} */
export function tableBehind(node, named) {
  const table = document.createElement('table')
  const box = document.createElement('div') // a table has no height less than its rows
  box.className = 'unseen'
  box.append(table)
  let written = -Infinity

  /** @param {import('uplot')} plot */
  function write(plot) {
    if (performance.now() - written < EVERY_MS) return
    written = performance.now()
    const [times, ...series] = plot.data
    const step = Math.max(1, Math.ceil(times.length / MOST_ROWS))
    table.replaceChildren(row('th', ['', t('ui.trend.now'), ...(series.length > 1 ? [t('ui.trend.week_ago')] : [])]))
    for (let at = times.length - 1; at >= 0; at -= step) table.append(row('td', [named(times[at]), ...series.slice(0, 2).map((values) => number(values[at]))]))
  }
  return {
    hooks: {
      ready: (plot) => {
        node.after(box)
        write(plot)
      },
      setData: write,
      destroy: () => box.remove(),
    },
  }
}

/** @param {'th'|'td'} kind @param {string[]} texts */
function row(kind, texts) {
  const line = document.createElement('tr')
  line.append(...texts.map((text) => Object.assign(document.createElement(text ? kind : 'td'), { textContent: text }))) // no empty heading
  return line
}
