// What the server says of this installation in the page itself: its kinds and their foremost figures, what its plug-ins bring.

/** @type {{kinds: string[], foremost: Record<string, string[]>, texts: Record<string, Record<string, string>>, widgets: Record<string, string>, build: string}} */
export const site = { kinds: [], foremost: {}, texts: {}, widgets: {}, build: '', ...JSON.parse(document.getElementById('site')?.textContent || '{}') }

/** @param {string} kind */
const place = (kind) => (site.kinds.includes(kind) ? site.kinds.indexOf(kind) : site.kinds.length)

/** Kinds of source as the installation orders them, strangers last. @param {string} a @param {string} b */
export const byKind = (a, b) => place(a) - place(b) || a.localeCompare(b)

document.documentElement.dataset.started = '' // the browser runs what we write: start.js need not say that it is too old
