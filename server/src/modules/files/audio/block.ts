/** A block of decoded audio. */
export interface AudioBlock {
  sampleRateHz: number
  /** One array per channel, all of the same length; full scale is ±1. */
  channels: Float32Array[]
}
