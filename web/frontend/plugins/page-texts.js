// A catalogue asked for as `vi.json?of=wall` holds what src/wall.js and all it imports can say, and nothing else.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

const SOURCES = path.resolve(import.meta.dirname, '../src')
const ASKED = /\/i18n\/(\w+)\.json\?of=(\w+)$/
const KEY = /['"`]((?:ui|health|kind|metric|state|role|alert)\.[\w.${}-]+)['"`]/g
// keys that come in the server's messages; some of the alerts' are said in letters only
const SENT = /^(?:alert\.(?!(?:age|answer|field|message|notice|severity|watch)\.)|kind\.|metric\.|ui\.scene\.)/
const IMPORTS = /(?:from |import\()'(\.[^']+\.(?:js|svelte))'/g
const WATCHED = /kind: '(\w+)'/g // in a page that draws a widget's payload itself
const FOLDERS = /import\.meta\.glob\('([^'*]+)\*\/([^'*]+)'/g

export const pageTexts = {
  name: 'page-texts',
  enforce: 'pre',
  transform(code, id) {
    const [, lang, page] = ASKED.exec(id) ?? []
    if (!page) return null
    const files = [...reached(path.join(SOURCES, `${page}.js`))]
    const shapes = files.flatMap(keys)
    const said = ([key]) => SENT.test(key) || shapes.some((shape) => shape.test(key))
    const shared = Object.entries(JSON.parse(code)).filter(said)
    const bodies = [...files, ...files.flatMap(watched)]
    const texts = Object.assign(Object.fromEntries(shared), ...bodies.map((file) => own(file, lang)))
    return { code: `export default JSON.parse(${JSON.stringify(JSON.stringify(texts))})`, map: null, moduleType: 'js' }
  },
}

/** A file and all it imports; of a folder of plug-ins, every one. */
function reached(file, seen = new Set()) {
  if (seen.has(file)) return seen
  seen.add(file)
  const code = readFileSync(file, 'utf-8')
  const beside = (name) => path.resolve(path.dirname(file), name)
  const imported = [...code.matchAll(IMPORTS)].map(([, name]) => beside(name))
  const found = [...code.matchAll(FOLDERS)].flatMap(([, folder, name]) => plugIns(beside(folder), name))
  for (const next of [...imported, ...found]) reached(next, seen)
  return seen
}

const plugIns = (folder, name) => readdirSync(folder).map((kind) => path.join(folder, kind, name)).filter(existsSync)

/** The components of the widgets that a file asks for by their kind. */
const watched = (file) =>
  [...readFileSync(file, 'utf-8').matchAll(WATCHED)].map(([, kind]) => path.join(SOURCES, 'widgets', kind, 'index.svelte'))

/** What a plug-in brings: `texts.vi.json` beside its component. */
function own(file, lang) {
  const texts = path.join(path.dirname(file), `texts.${lang}.json`)
  return path.basename(file) === 'index.svelte' && existsSync(texts) ? JSON.parse(readFileSync(texts, 'utf-8')) : {}
}

/** The keys a file names; a variable part stands for any word. */
function keys(file) {
  const found = [...readFileSync(file, 'utf-8').matchAll(KEY)]
  return found.map(([, key]) => new RegExp(`^${key.split(/\$\{.*?\}/).map(escaped).join('[\\w.-]+')}$`))
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
