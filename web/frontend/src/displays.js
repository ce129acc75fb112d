// Entry of the page of displays.
import { start } from './lib/console.js'
import { bring } from './lib/texts.svelte.js'
import Displays from './screens/displays/Displays.svelte'
import './console.css'

bring({ vi: () => import('../../i18n/vi.json?of=displays'), en: () => import('../../i18n/en.json?of=displays') })
start(Displays, 'displays')
