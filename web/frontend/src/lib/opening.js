// What the wall needs before it can show anything: who it is and what its scene holds; asked until it is answered.
import { ApiError, get, me } from './api.js'
import { speak } from './texts.svelte.js'

const AGAIN = 2_000
const AGAIN_REFUSED = 10_000

/** @typedef {'unreachable'|'refused'|'no_scene'} Problem */
/** @typedef {{who: import('./types').Who, scene: import('./types').Scene}} Opened */

/**
 * @param {string} name of the scene
 * @param {(problem: Problem) => void} onProblem
 * @returns {Promise<Opened>}
 */
export async function open(name, onProblem) {
  for (;;) {
    try {
      const who = await me()
      await speak(who.lang)
      return { who, scene: await get(`/scenes/${encodeURIComponent(name)}`) }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      await speak().catch(() => {})
      const problem = named(error)
      onProblem(problem)
      await new Promise((resume) => setTimeout(resume, problem === 'unreachable' ? AGAIN : AGAIN_REFUSED))
    }
  }
}

/** @param {ApiError} error @returns {Problem} */
function named({ status }) {
  if (status === 401 || status === 403) return 'refused'
  return status === 404 ? 'no_scene' : 'unreachable'
}
