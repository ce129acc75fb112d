// Something a person does that the server has to carry out: it waits for it, and is told what went wrong.
import { problemOf } from './api.js'

/** @typedef {{is: 'idle'} | {is: 'busy'} | {is: 'failed', problem: string}} State */

export class Act {
  /** @type {State} */
  state = $state.raw({ is: 'idle' })

  get busy() {
    return this.state.is === 'busy'
  }

  get problem() {
    return this.state.is === 'failed' ? this.state.problem : ''
  }

  /** @param {() => Promise<void>} work @param {string} [otherwise] key of what is said of a failure without words of its own */
  async run(work, otherwise = 'ui.alerts.not_sent') {
    this.state = { is: 'busy' }
    try {
      await work()
      this.state = { is: 'idle' }
    } catch (error) {
      this.fail(problemOf(error, otherwise))
    }
  }

  /** @param {string} problem */
  fail(problem) {
    this.state = { is: 'failed', problem }
  }
}
