export interface Resampler {
  /** Returns the output available so far; the rest follows with the next block. */
  push(block: Float32Array): Float32Array
  /** Returns the last samples. Total output: ceil(input × to / from). */
  flush(): Float32Array
}

const stopbandDb = 70
/** Telephony transmits 300 to 3,400 Hz (ITU-T G.712), which is 0.85 of half of 8 kHz. */
const passband = 0.85

/**
 * Streaming sampling-rate conversion by a windowed-sinc (Kaiser) low-pass, one filter per phase of the rational ratio. Linear
 * phase with its delay removed; flat up to 0.85 of the lower Nyquist frequency, more than 70 dB down above it.
 *
 * Source: Oppenheim and Schafer, Discrete-Time Signal Processing, 7.6 (Kaiser's design formulas).
 */
export function createResampler(fromHz: number, toHz: number): Resampler {
  if (fromHz === toHz) return { push: (block) => block, flush: () => new Float32Array(0) }

  const divisor = greatestCommonDivisor(fromHz, toHz)
  const phases = toHz / divisor
  const step = fromHz / divisor
  const nyquist = Math.min(fromHz, toHz) / 2
  const halfWidth = Math.ceil((stopbandDb - 8) / (2.285 * 2 * Math.PI * (((1 - passband) * nyquist) / fromHz)) / 2)
  const taps = 2 * halfWidth
  const filters = designFilters(phases, halfWidth, (nyquist * (1 + passband)) / 2 / fromHz)

  /** `pending[0]` is input sample `first`; the silence before the recording centres the first filter on input sample 0. */
  let pending = new Float32Array(halfWidth - 1)
  let first = 1 - halfWidth
  let received = 0
  let produced = 0

  function drain(): Float32Array {
    const available = first + pending.length
    const ready = Math.max(produced, Math.min(outputBefore(available - halfWidth), outputBefore(received)))
    const output = new Float32Array(ready - produced)
    for (let n = 0; n < output.length; n++) {
      const position = (produced + n) * step
      const start = Math.floor(position / phases) - halfWidth + 1 - first
      const filter = (position % phases) * taps
      let sum = 0
      for (let k = 0; k < taps; k++) sum += pending[start + k]! * filters[filter + k]!
      output[n] = sum
    }
    produced = ready
    const needed = Math.floor((produced * step) / phases) - halfWidth + 1
    pending = pending.slice(Math.max(0, needed - first))
    first = Math.max(first, needed)
    return output
  }

  /** How many output samples lie before this input sample. */
  function outputBefore(input: number): number {
    return Math.ceil((input * phases) / step)
  }

  return {
    push(block) {
      received += block.length
      pending = concat(pending, block)
      return drain()
    },
    flush() {
      pending = concat(pending, new Float32Array(taps))
      return drain()
    },
  }
}

/** For each phase, `2 × halfWidth` taps whose sum is 1, so that a constant stays the same constant. `cutoff` is in cycles per input sample. */
function designFilters(phases: number, halfWidth: number, cutoff: number): Float32Array {
  const taps = 2 * halfWidth
  const beta = 0.1102 * (stopbandDb - 8.7)
  const filters = new Float32Array(phases * taps)
  for (let phase = 0; phase < phases; phase++) {
    const filter = Float64Array.from({ length: taps }, (_, k) => {
      const distance = k - halfWidth + 1 - phase / phases
      const edge = distance / halfWidth
      return Math.abs(edge) > 1 ? 0 : sinc(2 * cutoff * distance) * besselI0(beta * Math.sqrt(1 - edge * edge))
    })
    const gain = filter.reduce((sum, tap) => sum + tap, 0)
    filters.set(
      filter.map((tap) => tap / gain),
      phase * taps,
    )
  }
  return filters
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

function besselI0(x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

function concat(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
