// Entry of the alerts page.
import { start } from './lib/console.js'
import Alerts from './screens/Alerts.svelte'
import './console.css'

start(Alerts, 'alerts')
