// Entry of the wall page.
import { mount } from 'svelte'
import { clock } from './lib/clock.svelte.js'
import { watchPreload } from './lib/reload.js'
import { bring } from './lib/texts.svelte.js'
import Wall from './screens/Wall.svelte'
import './wall.css'

bring({ vi: () => import('../../i18n/vi.json?of=wall'), en: () => import('../../i18n/en.json?of=wall') })
watchPreload()
clock.start()
const target = document.getElementById('app')
target.replaceChildren()
mount(Wall, { target })
