// An act on its way: carried out, or said to be unsent with a way to try again; never kept back to be sent later.
import { ApiError, isSignedOut } from '../../lib/api.js'
import { t } from '../../lib/texts.svelte.js'

const PATIENCE_MS = 8_000

/** @typedef {{is: 'idle'} | {is: 'busy'} | {is: 'unsent', problem: string, again: () => void}} State */

export class Sending {
  /** @type {State} */
  state = $state.raw({ is: 'idle' })

  /** @param {import('./board.svelte.js').Board} board */
  constructor(board) {
    this.board = board
  }

  get busy() {
    return this.state.is === 'busy'
  }

  /** @param {() => Promise<unknown>} work @param {() => void} [done] */
  async run(work, done = () => {}) {
    if (this.busy) return
    this.state = { is: 'busy' }
    try {
      await work()
      this.state = { is: 'idle' }
      this.board.signedOut = false
      done()
    } catch (error) {
      if (isSignedOut(error)) this.board.signedOut = true
      this.state = { is: 'unsent', problem: reason(error), again: () => this.run(work, done) }
    }
  }
}

/** @template T @param {Promise<T>} call @returns {Promise<T>} refused when the server says nothing for long */
export const patient = (call) => Promise.race([call, silence()])

/** @returns {Promise<never>} */
const silence = () => new Promise((_, refuse) => setTimeout(() => refuse(new ApiError(0, 'silent', t('ui.tablet.silent'))), PATIENCE_MS))

/** @param {unknown} error */
function reason(error) {
  if (isSignedOut(error)) return t('ui.tablet.signed_out')
  const said = error instanceof Error ? error.message : ''
  return said || t('ui.tablet.unreachable')
}
