// The tree of orgs as far as a reader sees it: who has no parent there stands at its top.

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
