// Two tones of the browser's own; until somebody touches the page it may forbid them, which a wall says.

const TONES = [880, 660]
const EACH = 0.22 // seconds

class Sound {
  blocked = $state(false)
  /** @type {AudioContext|null} */
  #audio = null

  /** From here on it is known whether it would be heard. */
  prepare() {
    if (this.#audio || !('AudioContext' in window)) return
    this.#audio = new AudioContext()
    const tell = () => (this.blocked = this.#audio?.state !== 'running')
    this.#audio.addEventListener('statechange', tell)
    tell()
  }

  /** After a touch, which is what browsers ask for. */
  allow() {
    this.#audio?.resume().catch(() => {})
  }

  beep() {
    const audio = this.#audio
    if (audio?.state === 'running') TONES.forEach((tone, at) => play(audio, tone, audio.currentTime + at * EACH))
  }
}

/** @param {AudioContext} audio @param {number} tone Hz @param {number} at its own time */
function play(audio, tone, at) {
  const loud = audio.createGain()
  loud.gain.setValueAtTime(0.0001, at)
  loud.gain.exponentialRampToValueAtTime(0.4, at + 0.02) // without a ramp it cracks
  loud.gain.exponentialRampToValueAtTime(0.0001, at + EACH)
  const voice = audio.createOscillator()
  voice.frequency.value = tone
  voice.connect(loud).connect(audio.destination)
  voice.start(at)
  voice.stop(at + EACH)
}

export const sound = new Sound()
