import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { answers } from '../callee.ts'
import { on } from '../conformance/harness.ts'
import { overLoopback } from '../conformance/loopback.ts'
import type { MediaRef } from '../gateway.ts'
import { levelAt } from '../media/audio/level.ts'
import { wavHeader, wavHeaderBytes } from '../media/audio/wav.ts'
import { createEmbeddedGateway } from './gateway.ts'

let folder = ''
before(async () => (folder = await mkdtemp(join(tmpdir(), 'switchboard-hold-'))))
after(() => rm(folder, { recursive: true }))

/** Returns the audio of a caller who waits for a second and is then transferred to a number that does not answer. */
async function heardWhileWaiting(name: string, hold?: MediaRef): Promise<Int16Array> {
  const records = join(folder, `${name}.wav`)
  const callees = { '100': answers(0), '200': answers(0), '300': answers(0, { records }) }
  await on(
    overLoopback((options) => createEmbeddedGateway(options)),
    { callees },
    async (fixture) => {
      await fixture.gateway.upsertTrunk({ ...fixture.trunk, maxConcurrentCalls: 3 })
      const request = {
        to: '200',
        mode: 'bridge',
        ringTimeoutMs: 30_000,
        waitMs: 1_500,
        ...(hold && { hold }),
      } as const
      const first = await fixture.dial('100')
      await first.event('answered')
      await first.leg.transfer(request)
      const second = await fixture.dial('300')
      await second.event('answered')
      assert.deepEqual(await second.leg.transfer(request), { ok: false, cause: 'congestion' })
      await second.leg.hangup()
      await fixture.until('the end at the carrier', () => fixture.carried[2]!.over)
    },
  )
  const recording = await readFile(records)
  const frames = (recording.length - wavHeaderBytes) >> 2
  return Int16Array.from({ length: frames }, (_, i) => recording.readInt16LE(wavHeaderBytes + 4 * i))
}

/** A C, the first note of the hold music, and a frequency that none of our sounds contain. */
const [inMusic, inFile] = [261.63, 1_000]

test('a waiting caller hears music', async () => {
  const heard = await heardWhileWaiting('music')
  assert.ok(levelAt(heard, inMusic) > 200, `${levelAt(heard, inMusic)}`)
  assert.ok(levelAt(heard, inFile) < 50, `${levelAt(heard, inFile)}`)
})

test('a waiting caller hears the chosen file in a loop', async () => {
  const path = join(folder, 'chosen.wav')
  const samples = Buffer.alloc(2 * 800)
  for (let i = 0; i < 800; i++)
    samples.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * inFile * i) / 8_000)), 2 * i)
  await writeFile(path, Buffer.concat([wavHeader(1, 800), samples]))
  const heard = await heardWhileWaiting('file', { path })
  // The file lasts 100 ms; on average over a wait of 1.5 s it is heard at its own loudness.
  assert.ok(levelAt(heard, inFile) > 4_000, `${levelAt(heard, inFile)}`)
})

test('a chosen file that does not exist is replaced by the hold music', async () => {
  const heard = await heardWhileWaiting('gone', { path: join(folder, 'no-such-file.wav') })
  assert.ok(levelAt(heard, inMusic) > 200, `${levelAt(heard, inMusic)}`)
})
