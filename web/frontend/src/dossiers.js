// Entry of the dossiers page.
import { start } from './lib/console.js'
import { bring } from './lib/texts.svelte.js'
import Dossiers from './screens/dossiers/Dossiers.svelte'
import './console.css'

bring({ vi: () => import('../../i18n/vi.json?of=dossiers'), en: () => import('../../i18n/en.json?of=dossiers') })
start(Dossiers, 'dossiers')
