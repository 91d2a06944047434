/** Sound files made by hand, also such as no program would write: small ones that unpack to gigabytes. */

export interface SoundShape {
  sampleRateHz: number
  channels: number
}

/** A FLAC frame of 65,535 samples of silence in 8 bits, as small as can be (RFC 9639 9). `number` below 2,048. */
export function flacSilence({ sampleRateHz, channels }: SoundShape, number: number): Buffer {
  const inTens = sampleRateHz > 65_535
  const frameNumber = number < 128 ? [number] : [0xc0 | (number >> 6), 0x80 | (number & 0x3f)]
  const rate = inTens ? sampleRateHz / 10 : sampleRateHz
  const head = [0xff, 0xf8, 0x70 | (inTens ? 0xe : 0xd), ((channels - 1) << 4) | 0x02, ...frameNumber]
  head.push(0xff, 0xfe, rate >> 8, rate & 0xff)
  const frame = [...head, crc(head, 8, 0x07), ...Array.from({ length: channels * 2 }, () => 0)]
  const check = crc(frame, 16, 0x8005)
  return Buffer.from([...frame, check >> 8, check & 0xff])
}

/** A FLAC file whose STREAMINFO says `shape` and `promised` samples, 0 for unknown (RFC 9639 8.2). */
export function flacFile({ sampleRateHz, channels }: SoundShape, promised: number, frames: Buffer[]): Buffer {
  const head = Buffer.alloc(42)
  head.write('fLaC', 'latin1')
  head.writeUInt32BE(0x80_000022, 4)
  head.writeUInt16BE(65_535, 8)
  head.writeUInt16BE(65_535, 10)
  const bits = (BigInt(sampleRateHz) << 44n) | (BigInt(channels - 1) << 41n) | (7n << 36n) | BigInt(promised)
  head.writeBigUInt64BE(bits, 18)
  return Buffer.concat([head, ...frames])
}

/** Pages of whole packets (RFC 3533 6). */
export function oggFile(pages: Buffer[][], { isEnded = false } = {}): Buffer {
  const written = pages.map((packets, number) => {
    const head = Buffer.alloc(27)
    head.write('OggS', 'latin1')
    head[5] = number === 0 ? 2 : isEnded && number === pages.length - 1 ? 4 : 0
    head.writeBigInt64LE(isEnded && number === pages.length - 1 ? 1_000_000n : 0n, 6)
    head.writeUInt32LE(1, 14)
    head.writeUInt32LE(number, 18)
    const lacing = packets.flatMap(({ length }) => [
      ...Array.from({ length: Math.floor(length / 255) }, () => 255),
      length % 255,
    ])
    head[26] = lacing.length
    const page = Buffer.concat([head, Buffer.from(lacing), ...packets])
    page.writeUInt32LE(crc([...page], 32, 0x04c1_1db7), 22)
    return page
  })
  return Buffer.concat(written)
}

/** An identification header (RFC 7845 5.1); more than two channels all play the same stream. */
export function opusHead(channels: number): Buffer {
  const head = Buffer.alloc(19)
  head.write('OpusHead\x01', 'latin1')
  head[9] = channels
  head.writeUInt32LE(48_000, 12)
  if (channels <= 2) return head
  head[18] = 255
  return Buffer.concat([head, Buffer.from([1, 0]), Buffer.alloc(channels)])
}

/** A WAV file of 16-bit silence, `dataBytes` of it. */
export function silentWav({ sampleRateHz, channels }: SoundShape, dataBytes: number): Buffer {
  const file = Buffer.alloc(44 + dataBytes)
  file.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0', 'latin1')
  file.writeUInt16LE(channels, 22)
  file.writeUInt32LE(sampleRateHz, 24)
  file.writeUInt16LE((channels * 2) & 0xffff, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(dataBytes, 40)
  return file
}

/** Most significant bit first, from 0. */
function crc(bytes: number[], width: 8 | 16 | 32, polynomial: number): number {
  const top = 2 ** (width - 1)
  let value = 0
  for (const byte of bytes) {
    value = (value ^ (byte * 2 ** (width - 8))) >>> 0
    for (let bit = 0; bit < 8; bit++) {
      const carries = value >= top
      value = ((value << 1) >>> 0) % (width === 32 ? 2 ** 32 : 2 ** width)
      if (carries) value = (value ^ polynomial) >>> 0
    }
  }
  return value
}
