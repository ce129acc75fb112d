// Builds one HTML page per screen into web/dist; run by hatch_build.py and by `npm run build`.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const PAGES = ['wall', 'alerts', 'dossiers', 'sources', 'login']

const SOURCES = path.resolve(import.meta.dirname, 'src')
const KEY = /['"`]((?:ui|health|kind|metric|state|role|alert)\.[\w.${}-]+)['"`]/g
// keys that come in the server's messages; some of the alerts' are said in letters only
const SENT = /^(?:alert\.(?!(?:age|field|message|severity)\.)|metric\.|ui\.kpi\.|ui\.scene\.)/

/**
 * A catalogue asked for as `vi.json?of=wall` holds what src/wall.js and all it imports can say, and nothing else;
 * `?of=wall&later` what the parts that are fetched when they are asked for can say besides.
 */
const textsOfAPage = {
  name: 'texts-of-a-page',
  enforce: 'pre',
  transform(code, id) {
    const [, page, later] = /\/i18n\/\w+\.json\?of=(\w+)(&later)?$/.exec(id) ?? []
    if (!page) return null
    const [first, besides] = [keysFrom(path.join(SOURCES, `${page}.js`), /from '(\.[^']+\.(?:js|svelte))'/g), keysFrom(path.join(SOURCES, `${page}.js`))]
    const isFirst = (key) => SENT.test(key) || first.some((shape) => shape.test(key))
    const wanted = later ? (key) => !isFirst(key) && besides.some((shape) => shape.test(key)) : isFirst
    const texts = Object.entries(JSON.parse(code)).filter(([key]) => wanted(key))
    return { code: `export default JSON.parse(${JSON.stringify(JSON.stringify(Object.fromEntries(texts)))})`, map: null, moduleType: 'js' }
  },
}

/** The server speaks nothing but websockets: the other ways of engine.io stay out of the pages. */
const websocketOnly = {
  name: 'websocket-only',
  enforce: 'pre',
  transform(_code, id) {
    if (!id.endsWith('/engine.io-client/build/esm/transports/index.js')) return null
    return { code: "import { WS } from './websocket.js'\nexport const transports = { websocket: WS }\n", map: null }
  },
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const IMPORTS = /(?:from |import\()'(\.[^']+\.(?:js|svelte))'/g

/** The keys a file and all it imports name; a variable part stands for any word. */
function keysFrom(file, imports = IMPORTS, seen = new Set()) {
  if (seen.has(file)) return []
  seen.add(file)
  const code = readFileSync(file, 'utf-8')
  const own = [...code.matchAll(KEY)].map(([, key]) => new RegExp(`^${key.split(/\$\{.*?\}/).map(escaped).join('[\\w.-]+')}$`))
  const imported = [...code.matchAll(imports)].map(([, name]) => path.resolve(path.dirname(file), name))
  return own.concat(imported.flatMap((next) => keysFrom(next, imports, seen)))
}

export default defineConfig({
  base: '/',
  plugins: [textsOfAPage, websocketOnly, svelte({ compilerOptions: { runes: true } })],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0, // data: URIs would need a wider content security policy
    target: ['chrome100', 'firefox100', 'safari15.4'],
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    rollupOptions: { input: Object.fromEntries(PAGES.map((page) => [page, `${page}.html`])) },
  },
})
