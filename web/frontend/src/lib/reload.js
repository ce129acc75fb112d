// Taking up a new build politely: some random time later, only when the server answers, at most every ten minutes.

const KEPT = 'ioc.reloaded_at'
const AT_MOST_EVERY = 10 * 60_000
const SPREAD = 60_000
const AGAIN = 15_000

let planned = false

/** Plan one reload; calling again changes nothing. */
export function reloadPolitely() {
  if (planned) return
  planned = true
  const since = Date.now() - Number(sessionStorage.getItem(KEPT) ?? 0)
  const wait = Math.max(0, AT_MOST_EVERY - since)
  setTimeout(attempt, wait + Math.random() * SPREAD)
}

async function attempt() {
  const answer = await fetch('/healthz', { cache: 'no-store' }).catch(() => null)
  if (!answer?.ok) {
    setTimeout(attempt, AGAIN)
    return
  }
  sessionStorage.setItem(KEPT, String(Date.now()))
  location.reload()
}

/** A chunk of the old build is gone after a deploy: the same way out. */
export const watchPreload = () => addEventListener('vite:preloadError', reloadPolitely)
