/** Quiet hold music: four slow chords, their notes plucked softly one after the other. */

/** C, A minor, F, G: frequencies of the notes in Hz, within a telephone's frequency range. */
const chords = [
  [261.63, 329.63, 392.0, 523.25],
  [220.0, 329.63, 440.0, 523.25],
  [349.23, 440.0, 523.25, 698.46],
  [392.0, 493.88, 587.33, 783.99],
]
/** The order in which the notes of a chord are played. */
const pattern = [0, 1, 2, 3, 2, 1, 2, 1]
/** About -27 dBFS per note: below the loudness of speech. */
const amplitude = 1_500
const attackSeconds = 0.03
const decaySeconds = 0.9

/** One period, which loops without a click: notes at its end continue at its beginning. */
export function holdMusic(ms: number, sampleRate: number): Int16Array {
  const mixed = new Float64Array((ms * sampleRate) / 1000)
  const step = mixed.length / (chords.length * pattern.length)
  for (const [bar, chord] of chords.entries())
    for (const [beat, note] of pattern.entries())
      pluck(mixed, Math.round((bar * pattern.length + beat) * step), chord[note]!, sampleRate)
  return Int16Array.from(mixed, Math.round)
}

function pluck(into: Float64Array, from: number, frequency: number, sampleRate: number): void {
  const length = Math.round(6 * decaySeconds * sampleRate)
  for (let i = 0; i < length; i++) {
    const seconds = i / sampleRate
    const attack = seconds < attackSeconds ? (1 - Math.cos((Math.PI * seconds) / attackSeconds)) / 2 : 1
    const turns = 2 * Math.PI * frequency * seconds
    const wave = Math.sin(turns) + 0.25 * Math.sin(2 * turns)
    into[(from + i) % into.length]! += amplitude * attack * Math.exp(-seconds / decaySeconds) * wave
  }
}
