// The tree of orgs as far as a reader sees it: who has no parent there stands at its top.

import { placed } from './names.js'

/** @typedef {import('./types').Org} Org */

export class OrgTree {
  /** @type {Map<string, Org>} */
  #byCode
  /** @type {Map<string|null, Org[]>} */
  #children = new Map()

  /** @param {Org[]} orgs */
  constructor(orgs) {
    this.#byCode = new Map(orgs.map((org) => [org.code, org]))
    for (const org of orgs) {
      const parent = this.parent(org)?.code ?? null
      this.#children.set(parent, [...this.children(parent), org])
    }
  }

  /** @param {string|null} code */
  get(code) {
    return this.#byCode.get(code ?? '')
  }

  /** @param {Org} org */
  parent(org) {
    return this.get(org.parent)
  }

  /** With the unit above, unless that is the top of what the reader sees. @param {Org} org */
  placed(org) {
    const above = this.parent(org)
    return placed(org.name, above && this.parent(above) && above.name)
  }

  /** @param {string|null} code null: those at the top */
  children(code) {
    return this.#children.get(code) ?? []
  }

  /** From the top down to an org itself. @param {string|null} code @returns {Org[]} */
  path(code) {
    const org = this.get(code)
    return org ? [...this.path(org.parent), org] : []
  }
}
