// What somebody was typing, kept while the tab lives: a session that ends takes no words with it.

/** @param {string} name */
export function draftOf(name) {
  const key = `ioc.draft ${name}`
  return {
    /** @returns {{owner?: string, comment?: string, minutes?: number}} */
    read() {
      try {
        return JSON.parse(sessionStorage.getItem(key) ?? '{}')
      } catch {
        return {}
      }
    },
    /** @param {object} said */
    write: (said) => sessionStorage.setItem(key, JSON.stringify(said)),
    drop: () => sessionStorage.removeItem(key),
  }
}
