// How much room a page has: as narrow as a phone or an upright tablet, lists scroll with it and details stand alone.
import { MediaQuery } from 'svelte/reactivity'

export const narrow = new MediaQuery('(max-width: 900px)', false)
/** No row of places fits into the head. */
export const closePacked = new MediaQuery('(max-width: 1100px)', false)
