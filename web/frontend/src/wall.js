// Entry of the wall page.
import { clock } from './lib/clock.svelte.js'
import { watchPreload } from './lib/reload.js'
import { show } from './lib/show.js'
import { bring } from './lib/texts.svelte.js'
import Wall from './screens/wall/Wall.svelte'
import './wall.css'

bring({ vi: () => import('../../i18n/vi.json?of=wall'), en: () => import('../../i18n/en.json?of=wall') })
watchPreload()
clock.start()
const FONT = '400 28px "Inter Variable"'
const patience = new Promise((resume) => setTimeout(resume, 2_000))
await Promise.race([document.fonts.load(FONT, '0189 Đạ'), patience]) // room is measured in it

show(Wall, {})
