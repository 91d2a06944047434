export type ContentType =
  | 'audio/wav'
  | 'audio/mpeg'
  | 'audio/ogg'
  | 'audio/flac'
  | 'audio/mp4'
  | 'image/png'
  | 'image/jpeg'
  | 'image/webp'
  | 'image/gif'
  | 'video/mp4'
  | 'video/webm'
  | 'application/pdf'

/** The most bytes that `sniff` reads: two MP3 frames of the largest size (1,441 bytes) and some more. */
export const sniffedBytes = 4096

/**
 * Returns the content type of a file by its first bytes (pass `sniffedBytes`, or the whole file), or null when it is not an
 * accepted type. Never throws. The name and the declared type are not used, because the uploader chooses them.
 *
 * Sources: WHATWG MIME Sniffing 6.1 to 6.2 (PNG, JPEG, GIF, WebP, WAVE, ID3, MP3 frames, MP4); RFC 3533 (Ogg) with RFC 7845
 * (Opus), RFC 9639 10.1 (FLAC in Ogg) and Vorbis I 4.2.1; RFC 9639 section 6 (FLAC); ISO/IEC 14496-12 4.3 (ftyp);
 * ISO 32000-1 7.5.2 (PDF); RFC 9559 8 (EBML header; browsers record WebM, sound alone too).
 */
export function sniff(head: Uint8Array): ContentType | null {
  return signatures.find(({ matches }) => matches(head))?.contentType ?? null
}

const signatures: { contentType: ContentType; matches: (head: Uint8Array) => boolean }[] = [
  { contentType: 'audio/wav', matches: (head) => has(head, 0, 'RIFF') && has(head, 8, 'WAVE') },
  { contentType: 'image/webp', matches: (head) => has(head, 0, 'RIFF') && has(head, 8, 'WEBP') },
  { contentType: 'audio/flac', matches: (head) => has(head, 0, 'fLaC') },
  { contentType: 'audio/ogg', matches: (head) => oggCodec(head) !== null },
  { contentType: 'image/png', matches: (head) => has(head, 0, '\x89PNG\r\n\x1a\n') },
  { contentType: 'image/gif', matches: (head) => has(head, 0, 'GIF87a') || has(head, 0, 'GIF89a') },
  { contentType: 'image/jpeg', matches: (head) => has(head, 0, '\xff\xd8\xff') },
  { contentType: 'application/pdf', matches: (head) => has(head, 0, '%PDF-') },
  { contentType: 'audio/mp4', matches: (head) => hasBrand(head, ['M4A ', 'M4B ']) },
  {
    contentType: 'video/mp4',
    matches: (head) => hasBrand(head, ['isom', 'iso2', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1', 'dash', 'M4V ']),
  },
  { contentType: 'video/webm', matches: (head) => has(head, 0, '\x1a\x45\xdf\xa3') && isWebM(head) },
  { contentType: 'audio/mpeg', matches: (head) => has(head, 0, 'ID3') || isMp3(head) },
]

export type OggCodec = 'opus' | 'vorbis' | 'flac' | 'speex'

const oggCodecs: { codec: OggCodec; magic: string }[] = [
  { codec: 'opus', magic: 'OpusHead' },
  { codec: 'vorbis', magic: '\x01vorbis' },
  { codec: 'flac', magic: '\x7fFLAC' },
  { codec: 'speex', magic: 'Speex   ' },
]

/** Returns the audio codec in the first packet of an Ogg file, or null for another codec or file. */
export function oggCodec(head: Uint8Array): OggCodec | null {
  if (!has(head, 0, 'OggS')) return null
  const firstPacket = 27 + (head[26] ?? 0)
  return oggCodecs.find(({ magic }) => has(head, firstPacket, magic))?.codec ?? null
}

/** A sync word can occur by chance in other data, so a second frame must follow the first if the head is long enough. */
function isMp3(head: Uint8Array): boolean {
  const first = mp3Frame(head, 0)
  if (!first) return false
  return first.sizeBytes + 4 > head.length || mp3Frame(head, first.sizeBytes) !== null
}

export interface Mp3Frame {
  sizeBytes: number
  sampleRateHz: number
  channels: 1 | 2
}

/** The MPEG-1, 2 or 2.5 Layer III frame header at `offset` (ISO/IEC 11172-3 2.4.1.3), or null. */
export function mp3Frame(bytes: Uint8Array, offset: number): Mp3Frame | null {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = bytes.subarray(offset, offset + 4)
  const version = (b1 >> 3) & 3
  const isLayer3 = ((b1 >> 1) & 3) === 1
  if (b0 !== 0xff || (b1 & 0xe0) !== 0xe0 || version === 1 || !isLayer3) return null
  const isMpeg1 = version === 3
  const bitrateKbps = (isMpeg1 ? mpeg1BitratesKbps : mpeg2BitratesKbps)[b2 >> 4]
  const mpeg1RateHz = [44_100, 48_000, 32_000][(b2 >> 2) & 3]
  if (!bitrateKbps || !mpeg1RateHz) return null
  const sampleRateHz = isMpeg1 ? mpeg1RateHz : version === 2 ? mpeg1RateHz / 2 : mpeg1RateHz / 4
  const padding = (b2 >> 1) & 1
  const sizeBytes = Math.floor(((isMpeg1 ? 144 : 72) * bitrateKbps * 1000) / sampleRateHz) + padding
  return { sizeBytes, sampleRateHz, channels: b3 >> 6 === 3 ? 1 : 2 }
}

const mpeg1BitratesKbps = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const mpeg2BitratesKbps = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

/** The element DocType (0x4282), of 4 bytes, can be anywhere in the short EBML header. */
const isWebM = (head: Uint8Array) => Buffer.from(head.subarray(0, 64)).includes('\x42\x82\x84webm', 0, 'latin1')

function hasBrand(head: Uint8Array, brands: string[]): boolean {
  return has(head, 4, 'ftyp') && brands.some((brand) => has(head, 8, brand))
}

function has(bytes: Uint8Array, offset: number, magic: string): boolean {
  if (bytes.length < offset + magic.length) return false
  for (let i = 0; i < magic.length; i++) if (bytes[offset + i] !== magic.charCodeAt(i)) return false
  return true
}
