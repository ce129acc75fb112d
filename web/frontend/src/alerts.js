// Entry of the alerts page.
import { start } from './lib/console.js'
import { bring } from './lib/texts.svelte.js'
import Alerts from './screens/alerts/Alerts.svelte'
import './console.css'

bring({ vi: () => import('../../i18n/vi.json?of=alerts'), en: () => import('../../i18n/en.json?of=alerts') })
start(Alerts, 'alerts')
