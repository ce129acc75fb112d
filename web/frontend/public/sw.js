// Keeps the shell of the pages: every page opens at once, and /tablet without a server too. BUILD and FILES stand above.
/* global BUILD, FILES */
const KEPT = `shell ${BUILD}`
const PATIENCE = 3_000 // for a page from a server that may be away; then the one that was kept
const isPage = (url) => !/^\/(?:api|assets|plugins|socket\.io)\//.test(url.pathname) && !url.searchParams.has('token')

self.addEventListener('install', (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== location.origin) return
  if (url.pathname.startsWith('/assets/')) event.respondWith(keptFirst(event.request))
  else if (event.request.mode === 'navigate' && isPage(url)) event.respondWith(newest(event.request, url.pathname))
})

async function keepAll() {
  const cache = await caches.open(KEPT)
  await cache.addAll(FILES)
}

/** Of an older build a page may still be open: what it has not loaded yet, it finds in its own cache until the next but one. */
async function forgetOthers() {
  const names = (await caches.keys()).filter((name) => name.startsWith('shell ') && name !== KEPT)
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)))
}

/** A file's name changes with what is in it. */
async function keptFirst(request) {
  const kept = await caches.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) await (await caches.open(KEPT)).put(request, answer.clone())
  return answer
}

async function newest(request, path) {
  const cache = await caches.open(KEPT)
  const asked = fetch(request).then(async (answer) => {
    if (answer.ok && /^text\/html/.test(answer.headers.get('content-type'))) await cache.put(path, answer.clone())
    return answer.status < 500 ? answer : ((await cache.match(path)) ?? answer)
  })
  const late = new Promise((resume) => setTimeout(resume, PATIENCE)).then(() => cache.match(path))
  const first = await Promise.race([asked, late]).catch(() => cache.match(path))
  return first ?? asked
}
