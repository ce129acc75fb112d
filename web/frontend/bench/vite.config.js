// Builds the bare page alone: node node_modules/vite/bin/vite.js build --config bench/vite.config.js --outDir FOLDER
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { websocketOnly } from '../plugins/websocket-only.js'

export default defineConfig({
  plugins: [websocketOnly, svelte({ compilerOptions: { runes: true } })],
  build: {
    target: ['chrome100'],
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    rollupOptions: { input: 'bench/bare.js', output: { entryFileNames: 'bare.js', assetFileNames: 'bare[extname]' } },
  },
})
