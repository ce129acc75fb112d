// The five places of the tablet and what of them is open, in the address: Back goes back.

export const TABS = [
  { name: 'tong-quan', icon: 'screen' },
  { name: 'su-co', icon: 'alert' },
  { name: 'diem-cau', icon: 'grid' },
  { name: 'ho-so', icon: 'file' },
  { name: 'mot-cua', icon: 'people' },
]

/** "#diem-cau/hg.dong-van" @param {string} hash @returns {{tab: string, at: string}} */
export function placed(hash) {
  const [, name = '', rest = ''] = /^#([\w-]*)\/?(.*)$/.exec(hash) ?? []
  const tab = TABS.some((one) => one.name === name) ? name : TABS[0].name
  return { tab, at: decodeURIComponent(rest) }
}

/** @param {string} tab @param {string} [at] */
export const address = (tab, at = '') => `#${tab}${at ? `/${at.split('/').map(encodeURIComponent).join('/')}` : ''}`
