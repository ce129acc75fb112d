// Builds one HTML page per screen into web/dist; run by hatch_build.py and by `npm run build`.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { oneShell } from './plugins/one-shell.js'
import { pageTexts } from './plugins/page-texts.js'
import { websocketOnly } from './plugins/websocket-only.js'

const PAGES = ['wall', 'tablet', 'alerts', 'dossiers', 'sources', 'login', 'outbox', 'displays']

export default defineConfig({
  base: '/',
  plugins: [oneShell(PAGES), pageTexts, websocketOnly, svelte({ compilerOptions: { runes: true } })],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0, // data: URIs would need a wider content security policy
    target: ['chrome100', 'firefox100', 'safari15.4'],
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
  },
})
