// Every page is shell.html with its own script: src/wall.js makes wall.html. Its skeleton is painted before any style comes.
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
    transformIndexHtml: { order: 'post', handler: (html, { path: name, bundle }) => skeletonFirst(html, texts(bundle, name)) },
  }
}

const STYLES = /\s*<link rel="stylesheet"[^>]*>/g

/** Styles in the head would keep the skeleton from being painted; the words most people read come with the scripts. @param {string} html @param {string} words */
function skeletonFirst(html, words) {
  const styles = html.match(STYLES) ?? []
  const preload = words && `    <link rel="modulepreload" crossorigin href="/${words}">\n  </head>`
  return html.replace(STYLES, '').replace('  </head>', preload || '  </head>').replace('\n  </body>', `${styles.join('')}\n  </body>`)
}

/** @param {import('vite').Rollup.OutputBundle|undefined} bundle @param {string} name such as `/wall.html` */
function texts(bundle, name) {
  const wanted = `vi.json?of=${path.basename(name, '.html')}`
  const chunk = Object.values(bundle ?? {}).find((one) => one.type === 'chunk' && one.facadeModuleId?.endsWith(wanted))
  return chunk?.fileName ?? ''
}
