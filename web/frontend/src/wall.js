// Entry of the wall page.
import { mount } from 'svelte'
import { clock } from './lib/clock.svelte.js'
import { watchPreload } from './lib/reload.js'
import Wall from './screens/Wall.svelte'
import './wall.css'

watchPreload()
clock.start()
const target = document.getElementById('app')
target.replaceChildren()
mount(Wall, { target })
