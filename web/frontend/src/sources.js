// Entry of the sources page.
import { start } from './lib/console.js'
import Sources from './screens/Sources.svelte'
import './console.css'

start(Sources, 'sources')
