import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AudioError } from './audio-error.ts'
import { flacFile, flacSilence, oggFile, opusHead, type SoundShape, silentWav } from '../../../../test/sound-files.ts'
import { makeTelephoneAudio } from './telephone-audio.ts'
import { transcodeToTelephone } from './transcode.ts'

// Decompression bombs: small files that decode to gigabytes, or take longer than any real recording.
const folder = mkdtempSync(join(tmpdir(), 'bombs-'))
after(() => rmSync(folder, { recursive: true }))
const outputPath = join(folder, 'output.wav')
const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)))

let files = 0
function write(bytes: Uint8Array): string {
  const path = join(folder, `input-${files++}`)
  writeFileSync(path, bytes)
  return path
}

/** Returns the error, and the peak growth of this process's memory. */
async function refusal(bytes: Uint8Array): Promise<{ code: string; message: string; grownMb: number }> {
  const before = process.memoryUsage().rss
  let highest = before
  const watching = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 5)
  try {
    await makeTelephoneAudio({ inputPath: write(bytes), outputPath, maxDurationSeconds: 60 })
    assert.fail('accepted')
  } catch (error) {
    assert.ok(error instanceof AudioError, String(error))
    highest = Math.max(highest, process.memoryUsage().rss)
    return { code: error.code, message: error.message, grownMb: (highest - before) / 2 ** 20 }
  } finally {
    clearInterval(watching)
  }
}

const loud = { sampleRateHz: 655_350, channels: 8 }
const usual = { sampleRateHz: 48_000, channels: 2 }
const frames = (shape: SoundShape, count: number) => Array.from({ length: count }, (_, i) => flacSilence(shape, i))
/** Packets of two bytes that hold 120 ms: six frames of 20 ms without content (RFC 6716 3.2.5). */
const opusPage = (count: number) => Array.from({ length: count }, () => Buffer.from([0xfb, 0x06]))
const opusTags = Buffer.from('OpusTags\0\0\0\0\0\0\0\0', 'latin1')
const opusStream = (channels: number, pages: number) =>
  oggFile([[opusHead(channels)], [opusTags], ...Array.from({ length: pages }, () => opusPage(255))])
const flacInOgg = (claimed: SoundShape, shape: SoundShape) => {
  const head = flacFile(claimed, 0, [])
  const first = Buffer.concat([Buffer.from('\x7fFLAC\x01\x00\x00\x01', 'latin1'), head])
  const tags = Buffer.from([0x84, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0])
  return oggFile([[first], [tags], ...Array.from({ length: 12 }, () => frames(shape, 200))])
}

const bombs: [string, Buffer, string][] = [
  ['FLAC of 8 channels at 655,350 Hz', flacFile(loud, 0, frames(loud, 600)), 'unsupported_shape'],
  ['FLAC that promises hours', flacFile(usual, 48_000 * 3600, frames(usual, 2)), 'too_long'],
  ['FLAC whose frames have another shape than its header', flacFile(usual, 0, frames(loud, 600)), 'unsupported_shape'],
  ['FLAC that goes on for longer than its header promises', flacFile(usual, 1000, frames(usual, 2000)), 'damaged'],
  ['FLAC that does not say how long it is', flacFile(usual, 0, frames(usual, 60)), 'too_long'],
  ['FLAC in Ogg of 8 channels', flacInOgg(loud, loud), 'unsupported_shape'],
  ['FLAC in Ogg whose frames have another shape', flacInOgg(usual, loud), 'unsupported_shape'],
  ['FLAC in Ogg without an end', flacInOgg(usual, usual), 'too_long'],
  ['Opus of 255 channels', opusStream(255, 20), 'unsupported_shape'],
  ['Opus without an end', opusStream(1, 100), 'too_long'],
  ['a short Opus stream, and one of 255 channels behind it', chained(), 'unsupported_shape'],
  ['WAV of 16,000 channels', silentWav({ channels: 16_000, sampleRateHz: 8000 }, 2 ** 20), 'unsupported_shape'],
  ['WAV at 4 GHz', silentWav({ channels: 1, sampleRateHz: 0xffff_ffff }, 2 ** 20), 'unsupported_shape'],
  [
    'WAV whose rate has no common divisor with 8,000',
    silentWav({ channels: 1, sampleRateHz: 191_999 }, 2 ** 20),
    'unsupported_shape',
  ],
  ['WAV of hours', silentWav({ channels: 1, sampleRateHz: 8000 }, 20 * 2 ** 20), 'too_long'],
  [
    'WAV of a million empty chunks',
    Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.alloc(2 ** 23)]),
    'truncated',
  ],
  ['MP3 without an end', mp3WithoutEnd(), 'too_long'],
  ['WebM without an end', webmWithoutEnd(), 'too_long'],
  ['WebM of 255 channels', changed('recorded.webm', 'OpusHead\x01', Buffer.from([255])), 'unsupported_shape'],
  ['MP4 whose fragment says that it has four billion packets', endlessFragment(), 'too_long'],
  ['MP4 whose table says that it has four billion packets', endlessTable(), 'damaged'],
  ['MP4 of 255 channels', changed('recorded.mp4', 'dOps\0', Buffer.from([255])), 'unsupported_shape'],
]

/** Replaces what follows `mark` in a recording. */
function changed(name: string, mark: string, bytes: Buffer): Buffer {
  const file = Buffer.from(fixture(name))
  bytes.copy(file, file.indexOf(mark, 0, 'latin1') + Buffer.byteLength(mark, 'latin1'))
  return file
}

function webmWithoutEnd(): Buffer {
  const recorded = fixture('recorded.webm')
  // A SimpleBlock of track 1 (RFC 9559 5.1.3.4) with 120 ms in two bytes.
  const block = Buffer.from([0xa3, 0x86, 0x81, 0, 0, 0, 0xfb, 0x06])
  return Buffer.concat([recorded, ...Array.from({ length: 1000 }, () => block)])
}

/** One run of packets of the same size, which needs no entry for each. */
function endlessFragment(): Buffer {
  const recorded = fixture('recorded.mp4')
  const head = recorded.subarray(0, recorded.indexOf('moof', 0, 'latin1') - 4)
  const moofBytes = 56
  const trun = box('trun', u32(0x1), u32(0xffff_ffff), u32(moofBytes + 8))
  const tfhd = box('tfhd', u32(0x02_0010), u32(1), u32(2))
  const packets = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from([0xfb, 0x06])))
  return Buffer.concat([head, box('moof', box('traf', tfhd, trun)), box('mdat', packets)])
}

function endlessTable(): Buffer {
  const file = Buffer.from(fixture('tone.m4a'))
  const sizes = file.indexOf('stsz', 0, 'latin1') + 8
  file.writeUInt32BE(1, sizes)
  file.writeUInt32BE(0xffff_ffff, sizes + 4)
  file.writeUInt32BE(0xffff_ffff, file.indexOf('stsc', 0, 'latin1') + 16)
  return Buffer.concat([file, Buffer.alloc(10_000)])
}

function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function chained(): Buffer {
  const short = oggFile([[opusHead(1)], [opusTags], opusPage(2)], { isEnded: true })
  return Buffer.concat([short, Buffer.alloc(1024 - short.length), opusStream(255, 20)])
}

function mp3WithoutEnd(): Buffer {
  // MPEG-2, 8 kbit/s, 24 kHz, mono: 24 bytes for 24 ms.
  const frame = Buffer.alloc(24)
  frame.set([0xff, 0xf3, 0x14, 0xc0])
  return Buffer.concat(Array.from({ length: 30_000 }, () => frame))
}

for (const [name, bytes, code] of bombs) {
  test(`${name} is refused before it is decoded`, async () => {
    const refused = await refusal(bytes)
    assert.equal(refused.code, code, refused.message)
    assert.match(refused.message, /export it again|shorter one|upload it again/)
    assert.ok(refused.grownMb < 300, `${refused.grownMb} MB for a file of ${bytes.length} bytes`)
  })
}

test('unusual but valid files are accepted: 96 kHz, a frame of 65,535 samples, an Ogg stream of silence', async () => {
  const studio = { sampleRateHz: 96_000, channels: 2 }
  const real = [flacFile(studio, 0, frames(studio, 2)), opusStream(2, 1), silentWav(studio, 96_000 * 4)]
  for (const bytes of real)
    assert.ok(
      (await makeTelephoneAudio({ inputPath: write(bytes), outputPath, maxDurationSeconds: 60 })).durationSeconds > 0.9,
    )
})

test('slow files of a workspace are processed one by one and do not delay files of other workspaces', async () => {
  const slow = write(silentWav({ channels: 2, sampleRateHz: 48_000 }, 48_000 * 4 * 20))
  const order: string[] = []
  const transcode = (workspaceId: string, inputPath: string) =>
    transcodeToTelephone({ workspaceId, inputPath, outputPath: join(folder, `${files++}.wav`) }).then(() =>
      order.push(workspaceId),
    )
  const slowOnes = Array.from({ length: 6 }, () => transcode('hostile', slow))
  await Promise.all([...slowOnes, transcode('victim', write(fixture('tone.flac')))])
  assert.ok(order.indexOf('victim') < 5, order.join(', '))
})

test('the deadline stops a decoder that does not return', async () => {
  const inputPath = write(silentWav({ channels: 2, sampleRateHz: 48_000 }, 48_000 * 4 * 20))
  await assert.rejects(transcodeToTelephone({ workspaceId: 'w', inputPath, outputPath, deadlineMs: 1 }), {
    code: 'too_demanding',
    message: /too long to decode/,
  })
  await transcodeToTelephone({ workspaceId: 'w', inputPath: write(fixture('tone.flac')), outputPath })
})
