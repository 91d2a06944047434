import fc from 'fast-check'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { AudioError } from './audio-error.ts'
import { decodeWav } from './wav.ts'

const folder = mkdtempSync(join(tmpdir(), 'wav-'))
after(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'input.wav')

interface Chunk {
  id: string
  body: Buffer
  statedBytes?: number
}

function riff(...chunks: Chunk[]): Buffer {
  const bodies = chunks.map(({ id, body, statedBytes = body.length }) => {
    const size = Buffer.alloc(4)
    size.writeUInt32LE(statedBytes)
    return Buffer.concat([Buffer.from(id, 'latin1'), size, body, Buffer.alloc(body.length % 2)])
  })
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), ...bodies])
}

function fmt(tag: number, bits: number, channelCount = 1, subFormat?: number): Chunk {
  const body = Buffer.alloc(subFormat === undefined ? 16 : 40)
  body.writeUInt16LE(tag, 0)
  body.writeUInt16LE(channelCount, 2)
  body.writeUInt32LE(16_000, 4)
  body.writeUInt16LE((channelCount * bits) / 8, 12)
  body.writeUInt16LE(bits, 14)
  if (subFormat !== undefined) body.writeUInt16LE(subFormat, 24)
  return { id: 'fmt ', body }
}

const data = (body: Buffer, statedBytes?: number): Chunk => ({ id: 'data', body, statedBytes })

function decode(file: Buffer): number[][] {
  writeFileSync(path, file)
  const channels: number[][] = []
  for (const block of decodeWav(path))
    for (const [i, samples] of block.channels.entries()) (channels[i] ??= []).push(...samples)
  return channels
}

function refusal(file: Buffer): string {
  try {
    decode(file)
  } catch (error) {
    if (error instanceof AudioError) return error.code
    throw error
  }
  return 'accepted'
}

const halfScale: [string, Chunk, Buffer][] = [
  ['8-bit', fmt(1, 8), Buffer.from([192, 64])],
  ['16-bit', fmt(1, 16), Buffer.from([0x00, 0x40, 0x00, 0xc0])],
  ['24-bit', fmt(1, 24), Buffer.from([0, 0, 0x40, 0, 0, 0xc0])],
  ['32-bit', fmt(1, 32), Buffer.from([0, 0, 0, 0x40, 0, 0, 0, 0xc0])],
  ['32-bit float', fmt(3, 32), Buffer.from(Float32Array.of(0.5, -0.5).buffer)],
  ['64-bit float', fmt(3, 64), Buffer.from(Float64Array.of(0.5, -0.5).buffer)],
  ['24-bit extensible', fmt(0xfffe, 24, 1, 1), Buffer.from([0, 0, 0x40, 0, 0, 0xc0])],
  ['float extensible', fmt(0xfffe, 32, 1, 3), Buffer.from(Float32Array.of(0.5, -0.5).buffer)],
]

for (const [name, format, body] of halfScale) {
  test(`${name} samples are scaled to ±1`, () => assert.deepEqual(decode(riff(format, data(body))), [[0.5, -0.5]]))
}

test('µ-law and A-law are expanded as in G.711', () => {
  assert.deepEqual(decode(riff(fmt(7, 8), data(Buffer.from([0xff, 0x80, 0x00, 0xe7])))), [
    [0, 32_124 / 32_768, -32_124 / 32_768, 260 / 32_768].map(Math.fround),
  ])
  assert.deepEqual(decode(riff(fmt(6, 8), data(Buffer.from([0xd5, 0x55, 0xaa, 0x2a])))), [
    [8, -8, 32_256, -32_256].map((level) => level / 32_768),
  ])
})

test('any number of channels is deinterleaved', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.integer({ min: -128, max: 127 }), { maxLength: 40 }),
      (channelCount, levels) => {
        const frames = levels.flatMap((level) =>
          Array.from({ length: channelCount }, (_, channel) => (level + channel + 256) % 256),
        )
        const channels = decode(riff(fmt(1, 8, channelCount), data(Buffer.from(frames))))
        for (const [channel, samples] of channels.entries())
          assert.deepEqual(
            samples,
            levels.map((level) => (((level + channel + 256) % 256) - 128) / 128),
          )
        assert.equal(channels.length, levels.length === 0 ? 0 : channelCount)
      },
    ),
    { numRuns: 50 },
  )
})

test('other chunks are skipped, with the padding of odd ones', () => {
  const list: Chunk = { id: 'LIST', body: Buffer.from('odd') }
  assert.deepEqual(decode(riff(list, fmt(1, 8), list, data(Buffer.from([192])), list)), [[0.5]])
})

test('a truncated data chunk, or one without a size, is read to the end of the file', () => {
  const body = Buffer.from([0, 0x40, 0, 0x40, 0xff])
  for (const statedBytes of [1000, 0xffff_ffff, 0])
    assert.deepEqual(
      decode(riff(fmt(1, 16), data(body, statedBytes))).map((samples) => samples.slice(0, 2)),
      [[0.5, 0.5]],
    )
})

test('an unsupported file is refused with the reason', () => {
  assert.equal(refusal(riff(fmt(2, 4), data(Buffer.alloc(8)))), 'unsupported_codec')
  assert.equal(refusal(riff(fmt(1, 16, 0), data(Buffer.alloc(8)))), 'damaged')
  assert.equal(refusal(riff(fmt(1, 128), data(Buffer.alloc(8)))), 'damaged')
  assert.equal(refusal(riff(data(Buffer.alloc(8)))), 'damaged')
  assert.equal(refusal(riff(fmt(1, 16))), 'truncated')
  assert.equal(refusal(riff(fmt(1, 16)).subarray(0, 22)), 'truncated')
})

test('any bytes after the WAVE mark are decoded or refused with an AudioError', () => {
  const chunk = fc.record({
    id: fc.constantFrom('fmt ', 'data', 'LIST', '\0\0\0\0'),
    body: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  })
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 4 }), fc.nat(200), (chunks, cut) => {
      refusal(riff(...chunks).subarray(0, 12 + cut))
    }),
    { numRuns: 500 },
  )
})
