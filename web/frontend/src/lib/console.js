// Opens a page people work at: who is it, in which language; without a session, to the login and back.
import { mount } from 'svelte'
import { ApiError, me } from './api.js'
import { clock } from './clock.svelte.js'
import { watchPreload } from './reload.js'
import { speak } from './texts.svelte.js'
import Shell from '../screens/Shell.svelte'

const AGAIN = 2_000

/** @param {import('svelte').Component} Page @param {string} name */
export async function start(Page, name) {
  watchPreload()
  clock.start()
  const who = await signedIn()
  await speak(who.lang)
  const target = document.getElementById('app')
  target.replaceChildren()
  mount(Shell, { target, props: { Page, name, who } })
}

async function signedIn() {
  for (;;) {
    try {
      return await me()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.status === 401) return toLogin()
      await new Promise((resume) => setTimeout(resume, AGAIN))
    }
  }
}

/** Leaves the page; never comes back. @returns {Promise<never>} */
export function toLogin() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
  return new Promise(() => {})
}

/** Where to go after the login: only a path of this site. @param {string|null} next */
export function afterLogin(next) {
  const url = new URL(next ?? '/', location.origin)
  return url.origin === location.origin ? url.pathname + url.search : '/'
}
