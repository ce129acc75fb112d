// Builds one HTML page per screen into web/dist; run by hatch_build.py and by `npm run build`.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const PAGES = ['wall', 'alerts', 'sources', 'login']

/** Error messages are rendered by the server; the pages do not carry them. */
const textsOfTheScreens = {
  name: 'texts-of-the-screens',
  enforce: 'pre',
  transform(code, id) {
    if (!/\/i18n\/\w+\.json$/.test(id)) return null
    const texts = Object.entries(JSON.parse(code)).filter(([key]) => !key.startsWith('error.'))
    return { code: JSON.stringify(Object.fromEntries(texts)), map: null }
  },
}

export default defineConfig({
  base: '/',
  plugins: [textsOfTheScreens, svelte()],
  json: { stringify: true },
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
