import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AudioError } from './audio-error.ts'
import { makeTelephoneAudio } from './telephone-audio.ts'
import { transcodeToTelephone } from './transcode.ts'
import { decodeWav, writeMonoWav } from './wav.ts'

const folder = mkdtempSync(join(tmpdir(), 'transcode-'))
after(() => rmSync(folder, { recursive: true }))
const outputPath = join(folder, 'output.wav')
const inputPath = join(folder, 'input')
const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

function samplesOf(path: string): Float32Array {
  return Float32Array.from([...decodeWav(path)].flatMap((block) => [...block.channels[0]!]))
}

/** Level of one frequency in the middle of a recording at 8 kHz, 0 dB for a full-scale sine. */
function levelDb(samples: Float32Array, frequencyHz: number): number {
  const middle = samples.subarray(samples.length / 4, (3 * samples.length) / 4)
  let real = 0
  let imaginary = 0
  for (const [i, sample] of middle.entries()) {
    real += sample * Math.cos((2 * Math.PI * frequencyHz * i) / 8000)
    imaginary += sample * Math.sin((2 * Math.PI * frequencyHz * i) / 8000)
  }
  return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / middle.length)
}

async function refusal(bytes: Uint8Array, maxDurationSeconds = 600): Promise<AudioError> {
  writeFileSync(inputPath, bytes)
  return makeTelephoneAudio({ inputPath, outputPath, maxDurationSeconds }).then(
    () => assert.fail('accepted'),
    (error: unknown) => {
      assert.ok(error instanceof AudioError, String(error))
      return error
    },
  )
}

const fixtures = [
  {
    name: 'tone-mono.mp3',
    format: 'mp3',
    durationSeconds: 23_616 / 22_050,
    channels: 1,
    sampleRateHz: 22_050,
  },
  { name: 'tone-stereo.mp3', format: 'mp3', durationSeconds: 1, channels: 2, sampleRateHz: 22_050 },
  { name: 'tone.opus', format: 'opus', durationSeconds: 1, channels: 2, sampleRateHz: 48_000 },
  { name: 'tone.flac', format: 'flac', durationSeconds: 0.25, channels: 2, sampleRateHz: 16_000 },
  {
    name: 'tone-flac.ogg',
    format: 'flac',
    durationSeconds: 0.25,
    channels: 2,
    sampleRateHz: 16_000,
  },
  // As Chromium's MediaRecorder writes them, in pieces of 100 ms and without a size or a duration.
  { name: 'recorded.webm', format: 'webm', durationSeconds: 0.6, channels: 2, sampleRateHz: 48_000 },
  { name: 'recorded.mp4', format: 'mp4', durationSeconds: 0.52, channels: 2, sampleRateHz: 48_000 },
  { name: 'tone.m4a', format: 'mp4', durationSeconds: (11 * 1024) / 22_050, channels: 1, sampleRateHz: 22_050 },
  {
    name: 'tone-fragments.mp4',
    format: 'mp4',
    durationSeconds: (11 * 1024) / 22_050,
    channels: 2,
    sampleRateHz: 22_050,
  },
]

for (const { name, ...expected } of fixtures) {
  test(`${name}: its 1 kHz tone at -6 dB is kept, at 8 kHz, 16-bit mono`, async () => {
    assert.deepEqual(
      await makeTelephoneAudio({ inputPath: fixture(name), outputPath, maxDurationSeconds: 600 }),
      expected,
    )
    const file = readFileSync(outputPath)
    assert.deepEqual(
      [file.readUInt16LE(20), file.readUInt16LE(22), file.readUInt32LE(24), file.readUInt16LE(34)],
      [1, 1, 8000, 16],
    )
    const samples = samplesOf(outputPath)
    assert.equal(samples.length, Math.ceil(expected.durationSeconds * 8000))
    assert.ok(Math.abs(levelDb(samples, 1000) + 6) < 0.5, `${levelDb(samples, 1000)} dB`)
  })
}

function stereoFloatWav(rateHz: number, frames: number, sampleAt: (i: number) => [number, number]): Buffer {
  const samples = Float32Array.from({ length: frames * 2 }, (_, i) => sampleAt(i >> 1)[i & 1]!)
  const header = Buffer.alloc(44)
  header.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0', 'latin1')
  header.writeUInt16LE(3, 20)
  header.writeUInt16LE(2, 22)
  header.writeUInt32LE(rateHz, 24)
  header.writeUInt16LE(8, 32)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(samples.byteLength, 40)
  return Buffer.concat([header, Buffer.from(samples.buffer)])
}

const sine = (frequencyHz: number, rateHz: number, i: number) => Math.sin((2 * Math.PI * frequencyHz * i) / rateHz)

test('1 kHz is kept within 0.5 dB, and 6 kHz is reduced by more than 40 dB, in any channel', async () => {
  writeFileSync(
    inputPath,
    stereoFloatWav(44_100, 22_050, (i) => [sine(1000, 44_100, i), sine(6000, 44_100, i)]),
  )
  await makeTelephoneAudio({ inputPath, outputPath, maxDurationSeconds: 600 })
  const samples = samplesOf(outputPath)
  assert.ok(Math.abs(levelDb(samples, 1000) + 6.02) < 0.5)
  assert.ok(levelDb(samples, 2000) < -46)
})

test('a recording beyond full scale is scaled down as a whole; others are unchanged; NaN becomes silence', async () => {
  const peakOf = async (sampleAt: (i: number) => number) => {
    writeFileSync(
      inputPath,
      stereoFloatWav(8000, 800, (i) => [sampleAt(i), sampleAt(i)]),
    )
    await makeTelephoneAudio({ inputPath, outputPath, maxDurationSeconds: 600 })
    return samplesOf(outputPath).reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
  }
  const nearly = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-3, `${actual}`)
  nearly(await peakOf((i) => 4 * sine(1000, 8000, i)), 1)
  nearly(await peakOf((i) => 0.25 * sine(1000, 8000, i)), 0.25)
  nearly(await peakOf((i) => (i === 5 ? Number.NaN : 0)), 0)
})

function withOtherCodec(name: string, codec: string, other: string): Buffer {
  const file = Buffer.from(readFileSync(fixture(name)))
  file.write(other, file.indexOf(codec, 0, 'latin1'), 'latin1')
  return file
}

test('an unusable file is refused with a message', async () => {
  const wav = stereoFloatWav(8000, 16_000, () => [0, 0])
  const flac = readFileSync(fixture('tone.flac'))
  const cases: [Uint8Array, string, RegExp][] = [
    [new Uint8Array(0), 'empty', /empty/],
    [Buffer.from('Hello contact,'), 'not_audio', /WAV, MP3, M4A, Ogg Opus, FLAC/],
    [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'not_audio', /not a sound file/],
    [readFileSync(fixture('tone.m4a')).subarray(0, 100), 'truncated', /MP4/],
    [withOtherCodec('tone.m4a', 'mp4a', 'alac'), 'unsupported_codec', /AAC or Opus/],
    [withOtherCodec('recorded.webm', 'A_OPUS', 'A_AC-3'), 'unsupported_codec', /Opus/],
    [readFileSync(fixture('recorded.webm')).subarray(0, 100), 'empty', /no sound/],
    [readFileSync(fixture('tone-vorbis.ogg')), 'unsupported_codec', /Vorbis.*Opus/],
    [wav.subarray(0, 44), 'empty', /no sound/],
    [flac.subarray(0, flac.length - 200), 'truncated', /missing or damaged/],
    [flac.subarray(0, 60), 'truncated', /missing or damaged/],
    [Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), 'empty', /no sound/],
  ]
  for (const [bytes, code, sentence] of cases) {
    const error = await refusal(bytes)
    assert.deepEqual([error.code, sentence.test(error.message)], [code, true], error.message)
  }
  assert.match((await refusal(wav, 1)).message, /longer than 1 second\./)
})

test('damaged files are transcoded or refused, and never crash', async (t) => {
  t.mock.method(console, 'error', () => undefined) // libopus prints each bad packet
  for (const { name } of fixtures) {
    const intact = readFileSync(fixture(name))
    for (let at = 64; at < intact.length; at += 211) {
      writeFileSync(inputPath, Buffer.concat([intact.subarray(0, at), randomBytes(at % 300), intact.subarray(at)]))
      await makeTelephoneAudio({ inputPath, outputPath, maxDurationSeconds: 600 }).catch((error: unknown) =>
        assert.ok(error instanceof AudioError, String(error)),
      )
    }
  }
})

test('a refusal leaves neither a partial file nor a changed output', async () => {
  writeMonoWav(outputPath, 8000, Float32Array.of(0.5))
  const before = readFileSync(outputPath)
  await refusal(readFileSync(fixture('tone.flac')).subarray(0, 1000))
  assert.deepEqual(readFileSync(outputPath), before)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.partial')),
    [],
  )
})

test('the thread does not block the event loop, and a refused file does not delay the next one', async () => {
  writeFileSync(join(folder, 'noise'), 'no sound')
  const wavPath = join(folder, 'wav')
  writeFileSync(
    wavPath,
    stereoFloatWav(44_100, 44_100, (i) => [sine(440, 44_100, i), 0]),
  )
  let turns = 0
  const counting = setInterval(() => turns++, 1)
  const [first, refused, second] = await Promise.allSettled([
    transcodeToTelephone({ workspaceId: 'w', inputPath: wavPath, outputPath: join(folder, 'first.wav') }),
    transcodeToTelephone({
      workspaceId: 'w',
      inputPath: join(folder, 'noise'),
      outputPath: join(folder, 'refused.wav'),
    }),
    transcodeToTelephone({
      workspaceId: 'w',
      inputPath: fixture('tone.opus'),
      outputPath: join(folder, 'second.wav'),
    }),
  ])
  clearInterval(counting)
  assert.ok(turns > 10, `${turns} turns`)
  assert.equal(first.status === 'fulfilled' && first.value.durationSeconds, 1)
  assert.ok(
    refused.status === 'rejected' && refused.reason instanceof AudioError && refused.reason.code === 'not_audio',
  )
  assert.equal(second.status === 'fulfilled' && second.value.format, 'opus')
  assert.deepEqual(
    ['first.wav', 'refused.wav', 'second.wav'].map((name) => existsSync(join(folder, name))),
    [true, false, true],
  )
})

test('a missing file is a file system error, not an AudioError', async () => {
  await assert.rejects(transcodeToTelephone({ workspaceId: 'w', inputPath: join(folder, 'nowhere'), outputPath }), {
    code: 'ENOENT',
  })
})
