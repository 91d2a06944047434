import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wavHeader } from '../media/audio/wav.ts'

const samplesPerMs = 8

/** Writes a 440 Hz tone. Same length, same file. */
export function toneFile(durationMs: number): { path: string } {
  const samples = Buffer.alloc(durationMs * samplesPerMs * 2)
  for (let i = 0; i < samples.length / 2; i++)
    samples.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000)), i * 2)
  const path = join(tmpdir(), `switchboard-tone-${process.pid}-${durationMs}.wav`)
  writeFileSync(path, Buffer.concat([wavHeader(1, samples.length / 2), samples]))
  return { path }
}
