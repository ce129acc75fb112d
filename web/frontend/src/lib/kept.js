// The last snapshot of the tablet, kept in the browser for the hour its link is away.

/** @typedef {{who: import('./types').Who, at: number, kept: number, payloads: Record<string, any>, contacts: Record<string, any[]>}} Kept at: the server's time, kept: the device's; epoch ms */

const NAME = 'ioc'
const STORE = 'tablet'
const KEY = 'last'

/** @returns {Promise<IDBDatabase>} */
const opened = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} ask @returns {Promise<any>} undefined where nothing can be kept, as in a private window */
async function run(mode, ask) {
  try {
    const db = await opened()
    return await new Promise((resolve, reject) => {
      const request = ask(db.transaction(STORE, mode).objectStore(STORE))
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    }).finally(() => db.close())
  } catch (error) {
    console.error('the snapshot is not kept', error)
    return undefined
  }
}

/** @param {Kept} snapshot */
export const keep = (snapshot) => run('readwrite', (store) => store.put(snapshot, KEY))

/** @returns {Promise<Kept|undefined>} */
export const recall = () => run('readonly', (store) => store.get(KEY))

/** Nobody else's figures on a device that changes hands. */
export const forget = () => run('readwrite', (store) => store.delete(KEY))
