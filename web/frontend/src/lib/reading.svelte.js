// What a screen reads from the server, again and again: what was read last stays, beside what went wrong since.
import { isSignedOut, problemOf } from './api.js'
import { toLogin } from './login.js'

/**
 * @template T
 * @typedef {{is: 'waiting'} | {is: 'there', value: T} | {is: 'failed', value: T|null, problem: string}} State
 */

/** @template T */
export class Reading {
  /** @type {State<T>} */
  state = $state.raw({ is: 'waiting' })

  /** What was read last; null before. @returns {T|null} */
  get value() {
    return this.state.is === 'waiting' ? null : this.state.value
  }

  get problem() {
    return this.state.is === 'failed' ? this.state.problem : ''
  }

  /** @param {() => Promise<T>} read @param {() => boolean} [wanted] whether nothing else has been asked for meanwhile */
  async read(read, wanted = () => true) {
    try {
      const value = await read()
      if (wanted()) this.state = { is: 'there', value }
    } catch (error) {
      if (isSignedOut(error)) await toLogin()
      if (wanted()) this.fail(problemOf(error))
    }
  }

  /** @param {string} problem */
  fail(problem) {
    this.state = { is: 'failed', value: this.value, problem }
  }
}

/** Calls at once and every so often, while somebody looks. @param {() => void} call @param {number} ms @returns {() => void} the end of it */
export function everySoOften(call, ms) {
  call()
  const timer = setInterval(() => document.hidden || call(), ms)
  return () => clearInterval(timer)
}
