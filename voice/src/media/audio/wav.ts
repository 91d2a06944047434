/** RIFF/WAVE with 16-bit PCM at 8 kHz: mono is read for playback, stereo written for recordings. */
export const wavHeaderBytes = 44
const sampleRate = 8000
const pcm = 1
const extensible = 0xfffe

/** A file that the engine cannot play. The message names its format and the required one. */
export class WavError extends Error {
  constructor(message: string) {
    super(`${message} Audio to be played must be a WAV file of 8 kHz, mono, 16-bit PCM.`)
    this.name = 'WavError'
  }
}

/** Returns the samples of an 8 kHz mono 16-bit file. Unknown chunks are skipped. Throws `WavError`. */
export function parseWav(file: Buffer): Int16Array {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    throw new WavError('This is not a WAV file.')

  let isFormatKnown = false
  for (let at = 12; at + 8 <= file.length;) {
    const id = file.toString('latin1', at, at + 4)
    // Programs that write to a pipe leave the size at 0xffffffff: then the data goes to the end of the file.
    const end = Math.min(file.length, at + 8 + file.readUInt32LE(at + 4))
    const chunk = file.subarray(at + 8, end)
    if (id === 'fmt ') {
      checkFormat(chunk)
      isFormatKnown = true
    } else if (id === 'data') {
      if (!isFormatKnown) throw new WavError('The file has data before its format ("fmt ").')
      return toSamples(chunk)
    }
    at = end + (end % 2)
  }
  throw new WavError('The file has no audio data.')
}

function checkFormat(chunk: Buffer): void {
  if (chunk.length < 16) throw new WavError('The format chunk ("fmt ") is cut short.')
  const tag = chunk.readUInt16LE(0)
  const format = tag === extensible && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag
  const channels = chunk.readUInt16LE(2)
  const rate = chunk.readUInt32LE(4)
  const bits = chunk.readUInt16LE(14)
  if (format !== pcm) throw new WavError(`The file is compressed (format ${format}).`)
  if (channels !== 1) throw new WavError(`The file has ${channels} channels.`)
  if (rate !== sampleRate) throw new WavError(`The file has ${rate} samples per second.`)
  if (bits !== 16) throw new WavError(`The file has ${bits} bits per sample.`)
}

function toSamples(chunk: Buffer): Int16Array {
  const bytes = chunk.length - (chunk.length % 2)
  return new Int16Array(chunk.buffer.slice(chunk.byteOffset, chunk.byteOffset + bytes))
}

/** A mono file of 8 kHz 16-bit PCM. */
export function wavFile(samples: Int16Array): Buffer<ArrayBuffer> {
  return Buffer.concat([
    wavHeader(1, samples.length),
    new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
  ])
}

/** The header of a 16-bit PCM file with `frames` samples per channel. */
export function wavHeader(channels: number, frames: number, sampleRateHz = sampleRate): Buffer {
  const blockBytes = channels * 2
  const header = Buffer.alloc(wavHeaderBytes)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(wavHeaderBytes - 8 + frames * blockBytes, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(pcm, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(sampleRateHz, 24)
  header.writeUInt32LE(sampleRateHz * blockBytes, 28)
  header.writeUInt16LE(blockBytes, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(frames * blockBytes, 40)
  return header
}
