// Which edition of the story the pages show: now, or a past that is played again.

export const edition = $state({ replay: false })

/** @param {{replay?: boolean}} who */
export function noteEdition(who) {
  edition.replay = who.replay === true
}
