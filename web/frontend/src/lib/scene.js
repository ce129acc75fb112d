// Which widgets of a scene stand where, in an emergency and where letters are so large that few fit.

const LEAST_ROOM = 75 // rem of height; with less the tiles of a full scene have no room for their letters

/** @typedef {{crisis: boolean, small: boolean}} Now */
/** @typedef {{when: {crisis?: boolean|null, room?: string|null}, widgets: any[]}} Variant */

/**
 * The variant that fits what is so now and says most of it; the scene as it is where none does.
 * @param {{widgets: any[], variants?: Variant[]}} scene @param {Now} now
 */
export function tilesOf(scene, now) {
  const fitting = (scene.variants ?? []).filter(({ when }) => holds(when, now))
  const best = fitting.sort((a, b) => said(b.when) - said(a.when))[0]
  return best ? best.widgets : scene.widgets
}

/** @param {Variant['when']} when @param {Now} now */
const holds = (when, now) => (when.crisis ?? now.crisis) === now.crisis && (when.room !== 'small' || now.small)

/** @param {Variant['when']} when */
const said = (when) => Object.values(when).filter((value) => value !== null && value !== undefined).length

/** @param {number} height of the page in px @param {number} rem in px */
export const isSmall = (height, rem) => height / rem < LEAST_ROOM
