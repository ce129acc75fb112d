// Lengths measured by the browser, in rem: the wall's unit, 1/108 of its height.

class Rem {
  px = $state(16)
  /** of the page, px */
  height = $state(0)

  constructor() {
    this.measure()
    addEventListener('resize', () => this.measure())
  }

  measure() {
    this.height = innerHeight
    this.px = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
  }
}

export const rem = new Rem()

/** @param {number} px @returns {number} */
export const toRem = (px) => px / rem.px
