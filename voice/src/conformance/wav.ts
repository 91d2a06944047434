import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MediaRef } from '../gateway.ts'

const RATE = 8_000

/** Writes a 440 Hz tone as the engine likes its audio, 8 kHz mono 16-bit WAV. Same length, same file. */
export function toneFile(durationMs: number): MediaRef {
  const samples = (durationMs * RATE) / 1000
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(RATE, 24)
  wav.writeUInt32LE(RATE * 2, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(samples * 2, 40)
  for (let i = 0; i < samples; i++) wav.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * 440 * i) / RATE)), 44 + i * 2)
  const path = join(tmpdir(), `switchboard-tone-${process.pid}-${durationMs}.wav`)
  writeFileSync(path, wav)
  return { path }
}
