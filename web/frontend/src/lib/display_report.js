// What a wall says of itself every half minute; the answer is what it is to show, for walls that the socket does not reach.
import { post } from './api.js'

const EVERY = 30_000
const SOON = 3_000 // once the first scene stands
const MEASURED = 2_000
const MB = 1024 * 1024

let errors = 0
/** @type {string|null} */
let last = null

/** @param {unknown} reason */
function note(reason) {
  if (String(reason).startsWith('ResizeObserver loop')) return // a notice of the browser: it measures again with the next frame
  errors += 1
  last = (reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason)).slice(0, 300)
}

/**
 * @param {import('./types').Who} who @param {(state: import('./types').DisplayState) => void} hear
 */
export function report(who, hear) {
  addEventListener('error', (event) => note(event.error ?? event.message))
  addEventListener('unhandledrejection', (event) => note(event.reason))
  const say = async () => {
    const answer = await post(`/displays/${encodeURIComponent(who.name)}/beat`, await looks(who.build)).catch(() => null)
    if (answer) hear(answer)
    setTimeout(say, EVERY)
  }
  setTimeout(say, SOON)
}

/** @param {string} build of this page */
async function looks(build) {
  const memory = /** @type {any} */ (performance).memory // Chromium's alone
  return {
    build,
    scene: /** @type {HTMLElement|null} */ (document.querySelector('[data-scene]'))?.dataset.scene || null,
    width: Math.round(innerWidth * devicePixelRatio),
    height: Math.round(innerHeight * devicePixelRatio),
    heap_mb: memory ? Math.round((memory.usedJSHeapSize / MB) * 10) / 10 : null,
    nodes: document.getElementsByTagName('*').length,
    fps: await framesPerSecond(),
    errors,
    last_error: last,
  }
}

/** None from a page that nobody sees: it draws nothing. @returns {Promise<number|null>} */
function framesPerSecond() {
  if (document.hidden) return Promise.resolve(null)
  return new Promise((resolve) => {
    let frames = 0
    let going = true
    const count = () => {
      frames += 1
      if (going) requestAnimationFrame(count)
    }
    requestAnimationFrame(count)
    setTimeout(() => {
      going = false
      resolve(Math.round((frames * 1_000) / MEASURED))
    }, MEASURED)
  })
}
