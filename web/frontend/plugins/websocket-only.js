// The server speaks nothing but websockets: the other ways of engine.io stay out of the pages.

const TRANSPORTS = "import { WS } from './websocket.js'\nexport const transports = { websocket: WS }\n"

export const websocketOnly = {
  name: 'websocket-only',
  enforce: 'pre',
  transform(_code, id) {
    return id.endsWith('/engine.io-client/build/esm/transports/index.js') ? { code: TRANSPORTS, map: null } : null
  },
}
