// Entry of the demonstration's postbox.
import { start } from './lib/console.js'
import { bring } from './lib/texts.svelte.js'
import Outbox from './screens/outbox/Outbox.svelte'
import './console.css'

bring({ vi: () => import('../../i18n/vi.json?of=outbox'), en: () => import('../../i18n/en.json?of=outbox') })
start(Outbox, 'outbox')
