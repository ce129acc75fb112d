// Widths of words in the font of the screens, measured anew once that font is there.
import { em } from './room.js'

class Letters {
  loaded = $state(0)

  constructor() {
    document.fonts?.addEventListener?.('loadingdone', () => this.loaded++)
  }
}

const letters = new Letters()

/** In em. @param {string} text @param {number} [weight] */
export const wide = (text, weight) => (letters.loaded >= 0 ? em(text, weight) : 0)
