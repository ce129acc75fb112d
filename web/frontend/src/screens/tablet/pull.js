// Pull down at the top of a list and let go: a new snapshot is asked for. A Svelte action.

const FAR = 80 // px

/** @param {HTMLElement} node that scrolls @param {(pulled: number, done: boolean) => void} tell how far, of 1; `done` when let go */
export function pull(node, tell) {
  let from = 0
  let far = 0
  /** @param {TouchEvent} event */
  const begin = ({ touches }) => {
    from = node.scrollTop <= 0 && touches.length === 1 ? touches[0].clientY : NaN
    far = 0
  }
  /** @param {TouchEvent} event */
  const move = ({ touches }) => {
    far = Number.isNaN(from) ? 0 : Math.min(1, Math.max(0, touches[0].clientY - from) / FAR)
    if (far > 0.1) tell(far, false)
  }
  const end = () => {
    tell(far, true)
    far = 0
  }
  node.addEventListener('touchstart', begin, { passive: true })
  node.addEventListener('touchmove', move, { passive: true })
  node.addEventListener('touchend', end)
  return {
    destroy() {
      node.removeEventListener('touchstart', begin)
      node.removeEventListener('touchmove', move)
      node.removeEventListener('touchend', end)
    },
  }
}
