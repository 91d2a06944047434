/** What an AudioSpecificConfig says (ISO/IEC 14496-3 1.6.2.1). */
export interface AacConfig {
  sampleRateHz: number
  /** 0: the packets say so themselves. */
  channels: number
  /** The same sound without the extensions for high frequencies, which a telephone does not carry. */
  lowComplexity: Uint8Array
}

const ratesHz = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350]
const lowComplexity = 2
/** Spectral band replication, and parametric stereo: the extension is named first, and then the kind it extends. */
const extended = new Set([5, 29])

/** Returns null for another kind of AAC than low complexity (LC, HE and HE v2), and for one with unusual frames. */
export function readAacConfig(config: Uint8Array): AacConfig | null {
  const bits = bitReader(config)
  const kind = bits(5)
  const rateIndex = bits(4)
  const statedRateHz = rateIndex === 15 ? bits(24) : ratesHz[rateIndex]
  const channels = bits(4)
  if (extended.has(kind)) {
    if (bits(4) === 15) bits(24)
    if (bits(5) !== lowComplexity) return null
  } else if (kind !== lowComplexity) return null
  const hasShortFrames = bits(1) === 1
  const index = ratesHz.indexOf(statedRateHz ?? 0)
  if (hasShortFrames || index < 0) return null
  return {
    sampleRateHz: ratesHz[index]!,
    channels,
    lowComplexity: Uint8Array.of((lowComplexity << 3) | (index >> 1), ((index & 1) << 7) | (channels << 3)),
  }
}

/** Reads past the end as zeros. */
function bitReader(bytes: Uint8Array): (count: number) => number {
  let at = 0
  return (count) => {
    let value = 0
    for (let i = 0; i < count; i++, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1)
    return value
  }
}
