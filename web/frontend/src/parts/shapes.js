// The shape of each state, as a path in a square of 20.

/** @type {Record<string, string>} */
export const SHAPES = {
  ok: 'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16z',
  info: 'M10 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM8.800 9v6h2.400V9zM8.800 5v2.400h2.400V5z',
  warning: 'M10 1.500 19.300 18H.700zM8.900 7.500v5h2.200v-5zM8.900 13.800V16h2.200v-2.200z',
  critical: 'M6.200 1h7.600L19 6.200v7.600L13.800 19H6.200L1 13.800V6.200zM8.700 4.500v7h2.600v-7zM8.700 13v2.600h2.600V13z',
  offline: 'M4.700 1.500 10 6.800l5.300-5.300 3.200 3.200L13.200 10l5.300 5.300-3.200 3.200L10 13.200l-5.300 5.300-3.200-3.200L6.800 10 1.500 4.700z',
  stale: 'M10 1.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17zM10 3.900a6.100 6.100 0 1 0 0 12.200 6.100 6.100 0 0 0 0-12.200zM9 5.500h2v4l3 1.800-1 1.700-4-2.400z',
  unknown:
    'M5.500 6.800C5.700 3.900 7.500 2 10.200 2c2.800 0 4.700 1.700 4.700 4.200 0 2-1 3.100-2.400 4-1 .7-1.200 1.100-1.200 2v.6H8.600v-1c0-1.600.7-2.500 2-3.400 1.200-.8 1.500-1.200 1.500-2 0-1-.8-1.700-2-1.700S8.200 5.500 8.100 6.800zM8.500 14.500h3v3h-3z',
  closed: 'M12.500 1.800A8.500 8.500 0 1 0 18.400 13 7 7 0 0 1 12.500 1.800z',
  none: 'M3 8.500h14v3H3z',
  maintenance: 'M4.500 3h4v14h-4zM11.500 3h4v14h-4z',
  pending: 'M8.500 3h3v5.500H17v3h-5.500V17h-3v-5.500H3v-3h5.500z',
  cut: 'M0 8.700h5v2.600H0zM15 8.700h5v2.600h-5zM6.300 4.700 10 8.400l3.700-3.700 1.600 1.600L11.600 10l3.700 3.700-1.600 1.600L10 11.600l-3.700 3.700-1.600-1.600L8.400 10 4.700 6.300z',
  square: 'M2.500 2.500h15v15h-15z',
  done: 'M7.800 17 1.500 10.700l2.300-2.300 4 4L16.200 4l2.300 2.300z',
}

/**
 * Styles may say `background-image: var(--mark-NAME)` from now on: what changes by hundreds is drawn without an element.
 * @param {Record<string, string>} colours by the names of shapes
 */
export function bringImages(colours) {
  const look = getComputedStyle(document.documentElement)
  for (const [of, colour] of Object.entries(colours)) {
    const path = `<path fill="${look.getPropertyValue(colour) || colour}" fill-rule="evenodd" d="${SHAPES[of]}"/>`
    const image = encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">${path}</svg>`)
    document.documentElement.style.setProperty(`--mark-${of}`, `url("data:image/svg+xml,${image}")`)
  }
}
