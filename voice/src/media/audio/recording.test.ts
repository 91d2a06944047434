import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'

import { createAudioLibrary } from './library.ts'
import { createRecorder } from './recording.ts'
import { parseWav, wavHeader } from './wav.ts'

let folder = ''
before(async () => (folder = await mkdtemp(join(tmpdir(), 'recording-'))))
after(() => rm(folder, { recursive: true }))

function stoppedClock() {
  const time = { now: 0 }
  const clock = {
    now: () => time.now,
    monotonic: () => time.now,
    setTimeout: () => ({ cancel() {} }),
  }
  return { time, clock }
}

const unexpected = (error: Error) => assert.fail(error)

async function samplesOf(path: string): Promise<Int16Array> {
  const wav = await readFile(path)
  return new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length))
}

/** µ-law 32124 throughout. */
const loud = Buffer.alloc(160, 0x80)

test('packets are written at the position of their timestamps, late ones too, and gaps are silence', async () => {
  const { time, clock } = stoppedClock()
  const path = join(folder, 'gaps.wav')
  const recorder = await createRecorder(path, clock, unexpected)
  const order = [0, 1, 4, 3, 5]
  for (const [i, frame] of order.entries()) {
    time.now = i * 20
    recorder.add('left', 'PCMU', (0xffffff00 + frame * 160) >>> 0, loud, 0, 160)
  }
  time.now = 200
  assert.deepEqual(await recorder.stop(), { durationMs: 200 })
  const left = (await samplesOf(path)).filter((_, i) => i % 2 === 0)
  assert.equal(left.length, 1600)
  const isLoud = Array.from({ length: 10 }, (_, frame) => left[frame * 160] === 32124)
  assert.deepEqual(isLoud, [true, true, false, true, true, true, false, false, false, false])
})

test('a recording cut off by a crash has a valid header and the audio written before it', async () => {
  const { time, clock } = stoppedClock()
  const path = join(folder, 'crash.wav')
  const recorder = await createRecorder(path, clock, unexpected)
  for (let frame = 0; frame < 600; frame++) {
    time.now = frame * 20
    recorder.add('right', 'PCMU', frame * 160, loud, 0, 160)
    if (frame % 25 === 24) recorder.flush()
  }
  // The header is written at most every 5 s, after the audio that it counts.
  let header: Buffer
  do header = (await readFile(path)).subarray(0, 44)
  while (header.readUInt32LE(40) < 5 * 8000 * 4)
  assert.equal(header.toString('latin1', 0, 4), 'RIFF')
  assert.equal(header.readUInt16LE(22), 2)
  assert.ok((await readFile(path)).length >= 44 + header.readUInt32LE(40))
  const { durationMs } = await recorder.stop()
  assert.equal((await samplesOf(path)).length, durationMs * 16)
})

test('a file that cannot be created throws at once', async () => {
  await assert.rejects(createRecorder(join(folder, 'none', 'a.wav'), stoppedClock().clock, unexpected), /ENOENT/)
})

test('other WAV formats are refused with the format named', () => {
  const header = (change: (header: Buffer) => void) => {
    const wav = Buffer.concat([wavHeader(1, 4), Buffer.alloc(8)])
    change(wav)
    return () => parseWav(wav)
  }
  assert.equal(header(() => {})().length, 4)
  assert.equal(header((wav) => wav.writeUInt32LE(0xffffffff, 40))().length, 4)
  assert.throws(
    header((wav) => wav.writeUInt16LE(7, 20)),
    /compressed \(format 7\)/,
  )
  assert.throws(
    header((wav) => wav.writeUInt32LE(44100, 24)),
    /44100 samples per second/,
  )
  assert.throws(
    header((wav) => wav.writeUInt16LE(8, 34)),
    /8 bits per sample/,
  )
  assert.throws(
    header((wav) => wav.write('junk', 36)),
    /no audio data/,
  )
  assert.throws(() => parseWav(Buffer.from('ID3')), /not a WAV file/)
})

test('the library reads a file once per law, again when it changes, and drops the oldest', async () => {
  const library = createAudioLibrary(2500)
  const path = (name: string) => join(folder, name)
  const write = (name: string, frames: number) =>
    writeFile(path(name), Buffer.concat([wavHeader(1, frames), Buffer.alloc(frames * 2)]))
  await write('a.wav', 1000)
  await write('b.wav', 1000)
  const [first, again] = await Promise.all([library.load(path('a.wav'), 'PCMU'), library.load(path('a.wav'), 'PCMU')])
  assert.equal(first, again)
  assert.notEqual(await library.load(path('a.wav'), 'PCMA'), first)
  assert.equal(library.sizeBytes(), 2000)
  await library.load(path('b.wav'), 'PCMU')
  assert.equal(library.sizeBytes(), 2000)
  assert.notEqual(await library.load(path('a.wav'), 'PCMU'), first, 'the oldest was forgotten')
  await write('a.wav', 500)
  assert.equal((await library.load(path('a.wav'), 'PCMU')).length, 500)
  await assert.rejects(library.load(path('none.wav'), 'PCMU'), /none\.wav/)
})
