// Alerts on a chart: a band over the time of each, and a bar in a lane at the top that tells them apart.

const LANES = 3
const BAR = 0.7 // rem
const GAP = 0.35
const LEAST = 4 // px: a short one is seen too

/** @typedef {{id: number, severity: string, open: boolean, since: number, until: number|null}} Span */

/** Each in the first lane that is free; where none is, in the last. @param {Span[]} alerts @param {number} now */
export function lanes(alerts, now) {
  const ends = Array.from({ length: LANES }, () => -Infinity)
  return alerts.map((alert) => {
    const free = ends.findIndex((end) => end <= alert.since)
    const lane = free < 0 ? LANES - 1 : free
    ends[lane] = Math.max(ends[lane], alert.until ?? now)
    return { alert, lane }
  })
}

/**
 * Draws on a plot before its lines are drawn.
 * @param {import('uplot')} plot @param {Span[]} alerts @param {Record<string, number>} limits @param {number} now
 */
export function draw(plot, alerts, limits, now) {
  const { ctx, bbox } = plot
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) * devicePixelRatio
  /** @param {string} severity */
  const colour = (severity) => getComputedStyle(plot.root).getPropertyValue(severity === 'critical' ? '--bad' : '--warn').trim()
  /** @param {number} ms */
  const x = (ms) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(ms / 1000, 'x', true)))
  ctx.save()
  for (const { alert, lane } of lanes(alerts, now)) {
    const [from, to] = [x(alert.since), x(alert.until ?? now)]
    const width = Math.max(LEAST, to - from)
    ctx.fillStyle = colour(alert.severity)
    ctx.globalAlpha = 0.08
    ctx.fillRect(from, bbox.top, width, bbox.height)
    ctx.globalAlpha = 1
    ctx.fillRect(from, bbox.top - (lane + 1) * (BAR + GAP) * rem, width, (alert.open ? BAR : BAR / 2) * rem)
  }
  ctx.lineWidth = 0.18 * rem
  ctx.setLineDash([0.6 * rem, 0.6 * rem])
  for (const [severity, value] of Object.entries(limits)) {
    const y = plot.valToPos(value, 'y', true)
    if (y < bbox.top || y > bbox.top + bbox.height) continue
    ctx.strokeStyle = colour(severity)
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  ctx.restore()
}
