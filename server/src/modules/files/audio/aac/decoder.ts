import { readFileSync } from 'node:fs'

// The types of Node have no WebAssembly; those of browsers are not used here.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (compiled: object) => { exports: object }
}

interface Faad {
  memory: { buffer: ArrayBuffer }
  initialize(): void
  input(): number
  open(sizeBytes: number): number
  decode(sizeBytes: number): number
  samples(): number
  channels(): number
  failure(): number
}

export interface AacDecoder {
  /** Returns the samples of a packet, one array for each channel, or null for a packet that cannot be decoded. */
  decode(packet: Uint8Array): Float32Array[] | null
}

/**
 * Opens a decoder of AAC low complexity, FAAD2 in WebAssembly with memory of its own, 8 MiB at most. Throws a plain error
 * for a configuration that it does not know, and WebAssembly's for damaged data that it cannot survive.
 */
export function openAacDecoder(config: Uint8Array): AacDecoder {
  const compiled = new WebAssembly.Module(readFileSync(new URL('aac.wasm', import.meta.url)))
  const faad = new WebAssembly.Instance(compiled).exports as Faad
  faad.initialize()
  const put = (bytes: Uint8Array) => new Uint8Array(faad.memory.buffer, faad.input(), bytes.length).set(bytes)
  put(config)
  if (faad.open(config.length) < 0) throw new Error('The decoder does not know this configuration.')
  return {
    decode(packet) {
      put(packet)
      const address = faad.decode(packet.length)
      if (faad.failure() !== 0 || (address === 0 && faad.samples() > 0)) return null
      const count = faad.channels()
      const frames = count === 0 ? 0 : faad.samples() / count
      const interleaved = new Float32Array(faad.memory.buffer, address, frames * count)
      return Array.from({ length: count }, (_, channel) =>
        Float32Array.from({ length: frames }, (_, i) => interleaved[i * count + channel]!),
      )
    },
  }
}
