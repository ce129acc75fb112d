// Opens a page people work at: who is it, in which language; without a session, to the login and back.
import { ApiError, isSignedOut, me } from './api.js'
import { clock } from './clock.svelte.js'
import { toLogin } from './login.js'
import { watchPreload } from './reload.js'
import { show } from './show.js'
import { speak } from './texts.svelte.js'
import Shell from '../screens/shell/Shell.svelte'

const AGAIN = 2_000

/** @param {import('svelte').Component<{who: import('./types').Who}>} Page @param {string} name */
export async function start(Page, name) {
  watchPreload()
  clock.start()
  const who = await signedIn()
  await speak(who.lang)
  show(Shell, { Page, name, who })
}

async function signedIn() {
  for (;;) {
    try {
      return await me()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (isSignedOut(error)) return toLogin()
      await new Promise((resume) => setTimeout(resume, AGAIN))
    }
  }
}
