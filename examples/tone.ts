import { wavFile } from '@switchboard/voice/wav'

/** A tone of 440 Hz as a WAV file of 8 kHz, mono, 16 bit. */
export function toneWav(seconds: number): Uint8Array<ArrayBuffer> {
  const rate = 8000
  return wavFile(Int16Array.from({ length: rate * seconds }, (_, i) => 8000 * Math.sin((2 * Math.PI * 440 * i) / rate)))
}
