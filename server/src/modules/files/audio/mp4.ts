import { AudioError } from './audio-error.ts'
import type { ByteSource } from './byte-source.ts'
import type { SoundTrack } from './sound-track.ts'

// ISO/IEC 14496-12 (boxes, sample tables, fragments), 14496-14 (mp4a), the Opus in ISOBMFF specification (Opus, dOps).

/** The largest table of samples that is read. An hour of sound has a table of 700 KiB. */
const maxTableBytes = 4 * 1024 * 1024

interface Box {
  type: string
  start: number
  end: number
}

/** Returns the sound track of an MP4 or M4A file: AAC or Opus. Throws `AudioError`; also while the packets are read. */
export function readMp4(file: ByteSource): SoundTrack {
  const moov = Iterator.from(boxes(file, 0, file.sizeBytes)).find(({ type }) => type === 'moov')
  if (!moov) throw new AudioError('truncated', 'This MP4 file ends before its sound begins. Please upload it again.')
  if (moov.end - moov.start > maxTableBytes) throw damaged()
  for (const trak of childrenOf(file, moov, 'trak')) {
    const media = child(file, trak, 'mdia')
    const table = media && child(file, media, 'minf', 'stbl')
    const described = table && child(file, table, 'stsd')
    const sound = described && readSampleEntry(file, described)
    if (!sound) continue
    const header = child(file, trak, 'tkhd')
    const trackId = header ? u32(file, header.start + (u8(file, header.start) === 1 ? 20 : 12)) : 0
    return { ...sound, packets: packetsOf(file, moov, table, trackId) }
  }
  throw otherSound()
}

const otherSound = () =>
  new AudioError('unsupported_codec', 'This MP4 file has no AAC or Opus sound, which are the kinds we can read.')

type Sound =
  | Omit<Extract<SoundTrack, { codec: 'opus' }>, 'packets'>
  | Omit<Extract<SoundTrack, { codec: 'aac' }>, 'packets'>

/** Reads the first sample entry. Its boxes follow 28 bytes, more in QuickTime's versions 1 and 2. */
function readSampleEntry(file: ByteSource, stsd: Box): Sound | null {
  const [entry] = boxes(file, stsd.start + 8, stsd.end)
  if (!entry || (entry.type !== 'mp4a' && entry.type !== 'Opus') || entry.end < entry.start + 28) return null
  const version = u16(file, entry.start + 8)
  const inner = { ...entry, start: entry.start + 28 + (version === 1 ? 16 : version === 2 ? 36 : 0) }
  if (entry.type === 'mp4a') {
    const esds = child(file, inner, 'esds') ?? child(file, inner, 'wave', 'esds')
    const config = esds && decoderConfig(Buffer.from(file.at(esds.start, Math.min(esds.end - esds.start, 256))))
    return config ? { codec: 'aac', config } : null
  }
  const specific = child(file, inner, 'dOps')
  if (!specific || specific.end - specific.start < 11) return null
  const dOps = file.at(specific.start, 11)
  return dOps[10] === 0 ? { codec: 'opus', channels: dOps[1]!, preSkip: dOps.readUInt16BE(2) } : null
}

/** Returns the DecoderSpecificInfo of an ES descriptor of AAC (ISO/IEC 14496-1 7.2.6), or null. */
function decoderConfig(esds: Buffer): Uint8Array | null {
  for (let at = 4; at < esds.length;) {
    const tag = esds[at++]
    let size = 0
    for (let more = true; more && at < esds.length;) {
      const byte = esds[at++]!
      size = (size << 7) | (byte & 0x7f)
      more = (byte & 0x80) !== 0
    }
    if (tag === 0x05) return size >= 2 && at + size <= esds.length ? esds.subarray(at, at + size) : null
    if (tag === 0x03) at += 3 + esFlagBytes(esds, at)
    // 0x40: MPEG-4 audio; 0x66 to 0x68: MPEG-2 AAC.
    else if (tag === 0x04 && [0x40, 0x66, 0x67, 0x68].includes(esds[at] ?? 0)) at += 13
    else return null
  }
  return null
}

function esFlagBytes(esds: Buffer, at: number): number {
  const flags = esds[at + 2] ?? 0
  return (flags & 0x80 ? 2 : 0) + (flags & 0x40 ? 1 + (esds[at + 3] ?? 0) : 0) + (flags & 0x20 ? 2 : 0)
}

/** The packets of the sample tables, then those of the fragments, which recorders write. */
function* packetsOf(file: ByteSource, moov: Box, table: Box, trackId: number): Generator<Uint8Array> {
  yield* tablePackets(file, table)
  const usual = [...childrenOf(file, moov, 'mvex')]
    .flatMap((mvex) => [...childrenOf(file, mvex, 'trex')])
    .find((trex) => u32(file, trex.start + 4) === trackId)
  const usualSize = usual ? u32(file, usual.start + 16) : 0
  for (const moof of boxes(file, 0, file.sizeBytes)) {
    if (moof.type === 'moof') yield* fragmentPackets(file, moof, trackId, usualSize)
  }
}

function* tablePackets(file: ByteSource, table: Box): Generator<Uint8Array> {
  const sizes = child(file, table, 'stsz')
  const runs = child(file, table, 'stsc')
  const offsets = child(file, table, 'stco') ?? child(file, table, 'co64')
  if (!sizes || !runs || !offsets) throw damaged()
  const [sameSize, sampleCount] = [u32(file, sizes.start + 4), u32(file, sizes.start + 8)]
  const [runCount, chunkCount] = [u32(file, runs.start + 4), u32(file, offsets.start + 4)]
  const isLong = offsets.type === 'co64'
  let sample = 0
  for (let chunk = 0, run = 0; chunk < chunkCount && sample < sampleCount; chunk++) {
    if (runCount === 0) throw damaged()
    while (run + 1 < runCount && u32(file, runs.start + 8 + (run + 1) * 12) <= chunk + 1) run++
    const inChunk = u32(file, runs.start + 8 + run * 12 + 4)
    if (inChunk === 0) throw damaged()
    const at = offsets.start + 8 + chunk * (isLong ? 8 : 4)
    let position = isLong ? u64(file, at) : u32(file, at)
    for (let i = 0; i < inChunk && sample < sampleCount; i++, sample++) {
      const sizeBytes = sameSize || u32(file, sizes.start + 12 + sample * 4)
      yield packet(file, position, sizeBytes)
      position += sizeBytes
    }
  }
}

function* fragmentPackets(file: ByteSource, moof: Box, trackId: number, usualSize: number): Generator<Uint8Array> {
  for (const traf of childrenOf(file, moof, 'traf')) {
    const header = child(file, traf, 'tfhd')
    if (!header || u32(file, header.start + 4) !== trackId) continue
    const flags = u32(file, header.start) & 0xff_ffff
    let at = header.start + 8
    // Without an offset of its own the data is counted from the start of the fragment.
    const base = flags & 0x1 ? u64(file, at) : moof.start - 8
    at += (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0) + (flags & 0x8 ? 4 : 0)
    const fragmentSize = flags & 0x10 ? u32(file, at) : usualSize
    let position = base
    for (const run of childrenOf(file, traf, 'trun')) {
      const runFlags = u32(file, run.start) & 0xff_ffff
      const sampleCount = u32(file, run.start + 4)
      let entry = run.start + 8
      if (runFlags & 0x1) position = base + (u32(file, entry) | 0)
      entry += (runFlags & 0x1 ? 4 : 0) + (runFlags & 0x4 ? 4 : 0)
      const before = runFlags & 0x100 ? 4 : 0
      const entryBytes = before + (runFlags & 0x200 ? 4 : 0) + (runFlags & 0x400 ? 4 : 0) + (runFlags & 0x800 ? 4 : 0)
      if (entryBytes > 0 && entry + sampleCount * entryBytes > run.end) throw damaged()
      for (let i = 0; i < sampleCount; i++, entry += entryBytes) {
        const sizeBytes = runFlags & 0x200 ? u32(file, entry + before) : fragmentSize
        yield packet(file, position, sizeBytes)
        position += sizeBytes
      }
    }
  }
}

function packet(file: ByteSource, position: number, sizeBytes: number): Uint8Array {
  // The largest of AAC is 6,144 bits for each channel, of Opus 61,298 bytes.
  if (sizeBytes === 0 || sizeBytes > 64 * 1024 || position < 0) throw damaged()
  return file.at(position, sizeBytes)
}

/** Returns the first box along this path below `parent`. */
function child(file: ByteSource, parent: Box, ...path: string[]): Box | undefined {
  return path.reduce<Box | undefined>(
    (found, type) => found && Iterator.from(boxes(file, found.start, found.end)).find((box) => box.type === type),
    parent,
  )
}

const childrenOf = (file: ByteSource, parent: Box, type: string): Iterable<Box> =>
  Iterator.from(boxes(file, parent.start, parent.end)).filter((box) => box.type === type)

function* boxes(file: ByteSource, start: number, end: number): Generator<Box> {
  for (let position = start; position + 8 <= end;) {
    const stated = u32(file, position)
    const type = file.at(position + 4, 4).toString('latin1')
    const isLong = stated === 1
    const sizeBytes = isLong ? u64(file, position + 8) : stated === 0 ? end - position : stated
    const head = isLong ? 16 : 8
    if (sizeBytes < head) throw damaged()
    // The last box of a file that was cut off.
    yield { type, start: position + head, end: Math.min(end, position + sizeBytes) }
    position += sizeBytes
  }
}

const u8 = (file: ByteSource, at: number) => file.at(at, 1).readUInt8(0)
const u16 = (file: ByteSource, at: number) => file.at(at, 2).readUInt16BE(0)
const u32 = (file: ByteSource, at: number) => file.at(at, 4).readUInt32BE(0)

function u64(file: ByteSource, at: number): number {
  const value = Number(file.at(at, 8).readBigUInt64BE(0))
  if (value > Number.MAX_SAFE_INTEGER) throw damaged()
  return value
}

const damaged = () =>
  new AudioError('damaged', 'This MP4 file is damaged and cannot be played to its end. Please export it again.')
