/** Returns the amplitude of one frequency in 8 kHz samples, averaged over all of them (Goertzel's algorithm). Full scale is 32767. */
export function levelAt(samples: Int16Array, frequencyHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / 8_000)
  let before = 0
  let last = 0
  for (const sample of samples) [before, last] = [last, sample + coefficient * last - before]
  const power = before ** 2 + last ** 2 - coefficient * before * last
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length
}
