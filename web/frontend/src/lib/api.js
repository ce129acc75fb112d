// Calls to the REST interface: session cookie, CSRF header on writes, errors as one class.

import { language } from './texts.svelte.js'

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

/** @param {string} path @param {Record<string, string|number|null|undefined>} [query] */
export function get(path, query = {}) {
  const asked = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const search = new URLSearchParams(asked.map(([key, value]) => [key, String(value)])).toString()
  return call('GET', search ? `${path}?${search}` : path)
}

/** @param {string} path @param {object} body */
export const post = (path, body = {}) => call('POST', path, body)

/** @param {string} path */
export const remove = (path) => call('DELETE', path)

/** Who am I; also learns the CSRF token. */
export async function me() {
  const answer = await get('/me')
  csrf = answer.csrf ?? ''
  return answer
}

async function call(method, path, body) {
  const headers = { Accept: 'application/json', 'Accept-Language': language() }
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  if (body !== undefined) headers['Content-Type'] = 'application/json'
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
