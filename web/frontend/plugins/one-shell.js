// Every page is shell.html with its own script: src/wall.js makes wall.html.
import { readFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '..')

/** @param {string[]} pages @returns {import('vite').Plugin} */
export function oneShell(pages) {
  const files = new Map(pages.map((page) => [path.join(ROOT, `${page}.html`), page]))
  return {
    name: 'one-shell',
    enforce: 'pre',
    config: () => ({ build: { rollupOptions: { input: Object.fromEntries(pages.map((page) => [page, `${page}.html`])) } } }),
    resolveId(id) {
      const file = path.resolve(ROOT, id)
      return files.has(file) ? file : null
    },
    load(id) {
      const page = files.get(id)
      return page ? readFileSync(path.join(ROOT, 'shell.html'), 'utf-8').replace('%PAGE%', page) : null
    },
  }
}
