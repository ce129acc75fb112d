// What the linter holds the screens to; types are svelte-check's part.
import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'

export default [
  { ignores: ['node_modules/', '**/*.d.ts'] },
  js.configs.recommended,
  ...svelte.configs.recommended,
  { files: ['src/**'], languageOptions: { globals: globals.browser } },
  { files: ['*.js', 'plugins/**'], languageOptions: { globals: globals.node } },
  { files: ['public/sw.js'], languageOptions: { globals: globals.serviceworker } },
  {
    rules: {
      'no-undef': 'off', // svelte-check knows better
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'svelte/no-useless-mustaches': 'off', // a blank at an edge stands only so
      'svelte/prefer-svelte-reactivity': 'off', // it means the maps of one call, too
      'no-var': 'error',
      'svelte/prefer-const': ['error', { destructuring: 'all', excludedRunes: ['$props'] }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-implicit-coercion': ['error', { boolean: false }],
      'no-console': ['error', { allow: ['error'] }],
      'max-lines': ['error', { max: 210, skipBlankLines: true }],
      complexity: ['error', 16],
    },
  },
  { files: ['public/start.js'], languageOptions: { globals: globals.browser }, rules: { 'no-var': 'off' } }, // old browsers read it
]
