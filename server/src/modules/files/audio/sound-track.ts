/** The sound of a container, as its codec's packets. Packets are read as they are asked for. */
export type SoundTrack =
  | {
      codec: 'opus'
      channels: number
      /** Samples at 48 kHz that the decoder drops at the start (RFC 7845 4.2). */
      preSkip: number
      packets: Iterable<Uint8Array>
    }
  | {
      codec: 'aac'
      /** AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). */
      config: Uint8Array
      packets: Iterable<Uint8Array>
    }

/** Returns how many samples at 48 kHz an Opus packet holds (RFC 6716 3.1 and 3.2), or null for an invalid packet. */
export function opusSamples(packet: Uint8Array): number | null {
  const [toc, second] = packet
  if (toc === undefined) return null
  const config = toc >> 3
  const frameSamples =
    config < 12 ? [480, 960, 1920, 2880][config & 3]! : config < 16 ? [480, 960][config & 1]! : 120 << (config & 3)
  const frames = [1, 2, 2, second === undefined ? 0 : second & 0x3f][toc & 3]!
  const samples = frames * frameSamples
  return samples > 0 && samples <= 5760 ? samples : null
}
