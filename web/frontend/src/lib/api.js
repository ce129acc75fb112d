// Calls to the REST interface: session cookie, CSRF header on writes, errors as one class.

import { noteEdition } from './edition.svelte.js'
import { site } from './site.js'
import { language, t } from './texts.svelte.js'

const BASE = '/api/v1'
let csrf = ''

export class ApiError extends Error {
  /** @param {number} status 0: the server was not reached @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** @typedef {Record<string, string|number|null|undefined>} Query */

/** @param {string} path @param {Query} [query] @returns {Promise<any>} */
export function get(path, query = {}) {
  const asked = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const search = new URLSearchParams(asked.map(([key, value]) => [key, String(value)])).toString()
  return call('GET', search ? `${path}?${search}` : path)
}

/** @param {string} path @param {object} body */
export const post = (path, body = {}) => call('POST', path, body)

/** @param {string} path */
export const remove = (path) => call('DELETE', path)

/** Who am I; also learns the CSRF token. @returns {Promise<import('./types').Who>} */
export async function me() {
  const answer = await get('/me')
  csrf = answer.csrf ?? ''
  noteEdition(answer)
  return site.build ? { ...answer, build: site.build } : answer // a page that was kept may be older than its server
}

/**
 * Whoever signed in again in another window has a new CSRF token: it is fetched once, and the call repeated.
 * @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>}
 */
async function call(method, path, body) {
  try {
    return await once(method, path, body)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'csrf') throw error
    await me()
    return once(method, path, body)
  }
}

/** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
async function once(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json', 'Accept-Language': language() }
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  /** @type {RequestInit} */
  const request = { method, headers, credentials: 'same-origin', body: body && JSON.stringify(body) }
  let answer
  try {
    answer = await fetch(BASE + path, request)
  } catch {
    throw new ApiError(0, 'unreachable', '')
  }
  const content = await answer.json().catch(() => null)
  if (answer.ok) return content
  const error = content?.error ?? {}
  throw new ApiError(answer.status, error.code ?? 'unknown', error.message ?? answer.statusText)
}

/** What a reader is told of a failure. @param {unknown} error @param {string} [otherwise] key of what is said where it has no words of its own */
export const problemOf = (error, otherwise = 'ui.wall.unreachable') =>
  error instanceof ApiError && error.code === 'unauthenticated' ? t('ui.session_over') : (error instanceof Error && error.message) || t(otherwise)

/** @param {unknown} error */
export const isSignedOut = (error) => error instanceof ApiError && error.status === 401
