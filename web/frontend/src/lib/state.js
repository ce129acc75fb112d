// What the state of a source is called: one that has not said a word yet has no connection to lose.
import { t } from './texts.svelte.js'

/** @param {{health: string, cause?: string|null}} one */
export const called = (one) => t(`health.${one.cause === 'never_heard' ? one.cause : one.health}`)
