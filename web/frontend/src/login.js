// Entry of the login page.
import { show } from './lib/show.js'
import { bring, speak } from './lib/texts.svelte.js'
import Login from './screens/login/Login.svelte'
import './console.css'

bring({ vi: () => import('../../i18n/vi.json?of=login'), en: () => import('../../i18n/en.json?of=login') })
await speak()
show(Login, {})
