// Entry of the leaders' page, for a tablet and a phone.
import { clock } from './lib/clock.svelte.js'
import { watchPreload } from './lib/reload.js'
import { show } from './lib/show.js'
import { bring, speak } from './lib/texts.svelte.js'
import Tablet from './screens/tablet/Tablet.svelte'
import './tablet.css'

bring({ vi: () => import('../../i18n/vi.json?of=tablet'), en: () => import('../../i18n/en.json?of=tablet') })
watchPreload()
clock.start()
await speak()
show(Tablet, {})
