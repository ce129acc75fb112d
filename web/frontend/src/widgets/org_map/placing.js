// What stands where on the map of borders: points that share a place, words and marks beside them. Plain numbers: it runs with each delta.
import { needsLook, rank } from '../../lib/health.js'
import { count } from './areas.js'
import { clusters, roomFor } from './outline.js'

/** @typedef {import('./outline.js').Room} Room */
/** @typedef {import('./outline.js').Rect} Rect */
/** @typedef {{key: string, d: string, rooms: [Room[], Room[]], box: Rect}} Shape rooms: for one line of words and for two */
/** @typedef {{key: string, x: number, y: number, area: string, health: string, loud: boolean}} Placed */
/** @typedef {{x: number, y: number, points: Placed[]}} Group */
/** @typedef {Room & {name: boolean, figure: boolean}} Words */

const LETTERS = 2.2 // rem
export const LINE = 2.6
const FACE = { width: 7.4, height: 2.9 } // of several points in trouble
const DOT = 1.7
const SEEN = 1.2 // of a dot
const EASE = 1.12 // borders are crooked: words need more room than they are wide

/** Those on the field, the worst first, as few as have room. @param {Record<string, any>} points @param {(at: [number, number]) => [number, number]} project @param {{width: number, height: number}} field @param {number} px of a rem @returns {Group[]} */
export function groupsOf(points, project, field, px) {
  const placed = Object.entries(points).map(([key, { lon, lat, area, health }]) => {
    const [x, y] = project([lon, lat])
    return { key, x, y, area, health, loud: needsLook(health), rank: rank(health) }
  })
  const here = placed.filter(({ x, y }) => x >= 0 && y >= 0 && x <= field.width && y <= field.height)
  const worst = here.sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1))
  const found = clusters(worst, (one, other) => meet(one, other, px), FACE.width * px)
  return found.sort((a, b) => (a.points[0].key < b.points[0].key ? -1 : 1)) // in one order, so that a page moves nothing
}

/** Where a face is, nothing else is seen; two faces need the room of two. @param {Placed} one @param {Placed} other @param {number} px */
function meet(one, other, px) {
  const [across, up] = [Math.abs(one.x - other.x) / px, Math.abs(one.y - other.y) / px]
  if (!one.loud) return across * across + up * up < DOT * DOT
  const share = other.loud ? 1 : 0.5
  return across < share * FACE.width && up < share * FACE.height
}

/**
 * Each area with its words, or with a mark alone where there is no room for them.
 * @param {Shape[]} shapes @param {Record<string, any>} areas @param {Group[]} groups @param {number} px @param {(text: string, weight: number) => number} wide
 */
export function facesOf(shapes, areas, groups, px, wide) {
  const taken = groups.map(({ x, y, points }) => ({ x, y, loud: points[0].loud, ...face(points, px) }))
  const marked = new Set(groups.flatMap(({ points }) => points.filter((one) => one.loud).map((one) => one.area)))
  return shapes.map((shape) => {
    const area = areas[shape.key]
    const near = taken.filter((one) => Math.abs(one.x - shape.box.x) * 2 < one.width + shape.box.width && Math.abs(one.y - shape.box.y) * 2 < one.height + shape.box.height)
    const words = wordsOf(shape, area, near, px, wide)
    return { ...shape, area, words, alone: area.worst && !words && !marked.has(shape.key) ? alone(shape, near, px) : undefined }
  })
}

/** @param {Placed[]} points @param {number} px */
function face(points, px) {
  const wide = points[0].loud ? (points.length > 1 ? FACE.width : FACE.height) : SEEN
  return { width: wide * px, height: Math.min(wide, FACE.height) * px }
}

/**
 * Name and count where both fit, over quiet points rather than not at all; else the count; null where there is room for neither.
 * @param {Shape} shape @param {any} area @param {(Rect & {loud: boolean})[]} near @param {number} px @param {(text: string, weight: number) => number} wide
 * @returns {Words|null}
 */
function wordsOf(shape, area, near, px, wide) {
  const figure = area.worst ? wide(count(area), 700) + 1.2 : 0
  const name = wide(area.label, 600)
  const loud = near.filter((one) => one.loud)
  const both = { name: true, figure: true, width: Math.max(name, figure), lines: 2 }
  const tries = area.worst
    ? [{ ...both, beside: near }, { ...both, beside: loud }, { name: false, figure: true, width: figure, lines: 1, beside: loud }]
    : [{ name: true, figure: false, width: name, lines: 1, beside: near }]
  for (const one of tries) {
    const room = roomFor(shape.rooms[one.lines - 1], { width: one.width * LETTERS * px * EASE, height: one.lines * LINE * px }, one.beside)
    if (room) return { ...room, name: one.name, figure: one.figure }
  }
  return null
}

/** @param {Shape} shape @param {Rect[]} near @param {number} px */
function alone(shape, near, px) {
  const size = { width: LETTERS * px, height: LETTERS * px }
  return roomFor(shape.rooms[0], size, near) ?? roomFor(shape.rooms[0], size, [])
}
