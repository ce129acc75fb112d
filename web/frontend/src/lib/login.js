// The way to the login and back.

/** Leaves the page; never comes back. @returns {Promise<never>} */
export function toLogin() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
  return new Promise(() => {})
}

/** Where to go after the login: only a path of this site. @param {string|null} next */
export function afterLogin(next) {
  const url = new URL(next ?? '/', location.origin)
  return url.origin === location.origin ? url.pathname + url.search : '/'
}
