// The way back of a telephone leaves what lies over the page before it leaves the page.
import { untrack } from 'svelte'
import { narrow } from './narrow.js'

let shown = 0
let held = false // one entry of the history stands for whatever is shown

/** For as long as something covers a narrow page. @param {() => void} close @returns {() => void} */
export function backCloses(close) {
  if (!untrack(() => narrow.current)) return () => {}
  shown += 1
  if (!held) history.pushState(null, '')
  held = true
  const gone = () => {
    held = false
    close()
  }
  addEventListener('popstate', gone)
  return () => {
    removeEventListener('popstate', gone)
    shown -= 1
    setTimeout(leave)
  }
}

/** Closed by hand, and nothing else took its place. */
function leave() {
  if (shown || !held) return
  held = false
  history.back()
}
