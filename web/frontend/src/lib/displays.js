// What the page of displays knows of them all: their states, the names of scenes, a name out of a title.
import { titleOf } from './scenes.svelte.js'

/** @typedef {import('./types').DisplayItem} DisplayItem */
/** @typedef {{name: string, title?: import('./types').SceneTitle, widgets?: {id: string, place: {x: number, y: number, w: number, h: number}}[]}} SceneItem */

/** @type {Record<DisplayItem['state'], {mark: string, tone: import('./types').Tone}>} the worst first */
export const STATES = {
  gone: { mark: 'offline', tone: 'bad' },
  late: { mark: 'warning', tone: 'warn' },
  never: { mark: 'unknown', tone: 'dim' },
  live: { mark: 'ok', tone: 'ok' },
}

const RANK = Object.keys(STATES)

/** @param {DisplayItem} a @param {DisplayItem} b */
export const worstFirst = (a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state) || called(a).localeCompare(called(b), 'vi')

/** @param {{title: string, name: string}} display */
export const called = ({ title, name }) => title || name

/** @param {readonly SceneItem[]} scenes @param {string|null|undefined} name */
export function sceneTitle(scenes, name) {
  const title = scenes.find((scene) => scene.name === name)?.title
  return title ? titleOf(title) : (name ?? '–')
}

/** "Sảnh lớn tầng 1" is `sanh-lon-tang-1` where letters have no marks. @param {string} title */
export function nameOf(title) {
  const plain = title.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/đ/g, 'd').replace(/Đ/g, 'D')
  return plain.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 64)
}
