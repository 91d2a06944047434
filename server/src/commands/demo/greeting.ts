import { wavFile } from '@switchboard/voice/wav'

const sampleRate = 8000
const notesHz = [523.25, 659.25, 783.99, 1046.5] // C major, upwards
const noteSeconds = 0.5

/** Two seconds of a rising chord, as a WAV file of 8 kHz, mono, 16 bit. */
export function greetingWav(): Buffer {
  const perNote = sampleRate * noteSeconds
  const samples = new Int16Array(notesHz.length * perNote)
  notesHz.forEach((hz, note) => {
    for (let i = 0; i < perNote; i++) {
      const fade = Math.exp((-3 * i) / perNote)
      samples[note * perNote + i] = Math.round(12_000 * fade * Math.sin((2 * Math.PI * hz * i) / sampleRate))
    }
  })
  return wavFile(samples)
}
