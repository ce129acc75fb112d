// Parts that come after a page has started: asked for until they are there, since the server may be away just then.

const AGAIN = 5_000

/**
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<T>}
 */
export async function untilThere(load) {
  for (;;) {
    try {
      return await load()
    } catch (error) {
      console.error(error)
      await new Promise((resume) => setTimeout(resume, AGAIN))
    }
  }
}
