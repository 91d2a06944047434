import { wavFile } from '@switchboard/voice/wav'

/** A WAV of a 440 Hz tone: 8 kHz, mono, 16 bit. */
export function toneWav(seconds: number): Buffer {
  return wavFile(
    Int16Array.from({ length: 8000 * seconds }, (_, i) =>
      Math.round(12_000 * Math.sin((2 * Math.PI * 440 * i) / 8000)),
    ),
  )
}
