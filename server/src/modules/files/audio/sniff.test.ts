import fc from 'fast-check'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { oggCodec, sniff } from './sniff.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url))
const latin1 = (text: string) => Buffer.from(text, 'latin1')

test('files of other programs are recognized by their content', () => {
  assert.equal(sniff(fixture('tone-mono.mp3')), 'audio/mpeg')
  assert.equal(sniff(fixture('tone-stereo.mp3')), 'audio/mpeg')
  assert.equal(sniff(fixture('tone.opus')), 'audio/ogg')
  assert.equal(sniff(fixture('tone-vorbis.ogg')), 'audio/ogg')
  assert.equal(sniff(fixture('tone.flac')), 'audio/flac')
  assert.equal(oggCodec(fixture('tone.opus')), 'opus')
  assert.equal(oggCodec(fixture('tone-vorbis.ogg')), 'vorbis')
  assert.equal(oggCodec(fixture('tone-flac.ogg')), 'flac')
})

const heads: [string, string | null][] = [
  ['RIFF\x24\0\0\0WAVEfmt ', 'audio/wav'],
  ['RIFF\x24\0\0\0WEBPVP8 ', 'image/webp'],
  ['RIFF\x24\0\0\0AVI LIST', null],
  ['ID3\x04\0\0\0\0\0\x21', 'audio/mpeg'],
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['\xff\xd8\xff\xe0', 'image/jpeg'],
  ['GIF89a', 'image/gif'],
  ['%PDF-1.7', 'application/pdf'],
  ['\0\0\0\x20ftypisom', 'video/mp4'],
  ['\0\0\0\x20ftypM4A ', 'audio/mp4'],
  ['\0\0\0\x20ftypheic', null],
  ['\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm', 'video/webm'],
  ['\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska', null],
  ['<!doctype html><script>', null],
  ['PK\x03\x04', null],
  ['MZ\x90\0', null],
  ['', null],
]

for (const [head, contentType] of heads) {
  test(`${JSON.stringify(head)} is ${contentType ?? 'refused'}`, () => assert.equal(sniff(latin1(head)), contentType))
}

test('an AAC stream and a lone sync word are not MP3', () => {
  assert.equal(sniff(Buffer.from([0xff, 0xf1, 0x50, 0x80])), null)
  const frame = fixture('tone-mono.mp3').subarray(0, 60)
  assert.equal(sniff(Buffer.concat([frame, Buffer.alloc(4000)])), null)
})

test('it never throws', () => {
  const magic = fc.constantFrom('RIFF', 'OggS', 'ID3', 'fLaC', '\xff\xfb', '\0\0\0\0ftyp', '').map(latin1)
  fc.assert(
    fc.property(magic, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      const head = Buffer.concat([start, rest])
      const contentType = sniff(head)
      assert.ok(contentType === null || contentType.includes('/'))
      assert.ok([null, 'opus', 'vorbis', 'flac', 'speex'].includes(oggCodec(head)))
    }),
    { numRuns: 2000 },
  )
})
