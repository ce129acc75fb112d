// Entry of the login page.
import { mount } from 'svelte'
import { speak } from './lib/texts.svelte.js'
import Login from './screens/Login.svelte'
import './console.css'

await speak()
const target = document.getElementById('app')
target.replaceChildren()
mount(Login, { target })
