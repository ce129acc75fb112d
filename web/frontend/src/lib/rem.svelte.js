// Lengths measured by the browser, in rem: the wall's unit, 1/108 of its height.

class Rem {
  px = $state(16)

  constructor() {
    this.measure()
    addEventListener('resize', () => this.measure())
  }

  measure() {
    this.px = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  }
}

const rem = new Rem()

/** @param {number} px @returns {number} */
export const toRem = (px) => px / rem.px
