// Entry of the sources page.
import { start } from './lib/console.js'
import { bring } from './lib/texts.svelte.js'
import Sources from './screens/sources/Sources.svelte'
import './console.css'

bring({ vi: () => import('../../i18n/vi.json?of=sources'), en: () => import('../../i18n/en.json?of=sources') })
start(Sources, 'sources')
