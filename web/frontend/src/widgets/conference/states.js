// What a site of a meeting may be, before and during it: how it looks; the first of each are there, the rest missing.

/** @typedef {{tone: import('../../lib/types').Tone, mark: string}} Look */
/** @type {Record<string, Look>} */
export const STATES = {
  in: { tone: 'ok', mark: 'ok' },
  ready: { tone: 'ok', mark: 'ok' },
  confirmed: { tone: 'ok', mark: 'done' },
  lost: { tone: 'bad', mark: 'offline' },
  offline: { tone: 'bad', mark: 'offline' },
  left: { tone: 'warn', mark: 'none' },
  not_registered: { tone: 'warn', mark: 'warning' },
  late: { tone: 'dim', mark: 'stale' },
  unknown: { tone: 'dim', mark: 'unknown' },
}

/** @param {string} state */
export const look = (state) => STATES[state] ?? STATES.unknown
