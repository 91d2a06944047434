import fc from 'fast-check'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createResampler } from './resample.ts'

function tone(frequencyHz: number, rateHz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * rateHz) }, (_, i) =>
    Math.sin((2 * Math.PI * frequencyHz * i) / rateHz),
  )
}

function resample(samples: Float32Array, fromHz: number, toHz: number, blockSize = samples.length): Float32Array {
  const resampler = createResampler(fromHz, toHz)
  const output: number[] = []
  for (let start = 0; start < samples.length; start += blockSize)
    output.push(...resampler.push(samples.subarray(start, start + blockSize)))
  output.push(...resampler.flush())
  return Float32Array.from(output)
}

/** Root mean square of the middle, in dB below a full-scale sine; the ends contain the filter's transient. */
function levelDb(samples: Float32Array): number {
  const middle = samples.subarray(samples.length / 4, (3 * samples.length) / 4)
  const meanSquare = middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length
  return 10 * Math.log10(2 * meanSquare)
}

for (const rateHz of [11_025, 16_000, 22_050, 44_100, 48_000, 96_000]) {
  test(`from ${rateHz} Hz the voice band is kept within 0.1 dB and aliases are removed`, () => {
    for (const frequencyHz of [300, 1000, 3300])
      assert.ok(Math.abs(levelDb(resample(tone(frequencyHz, rateHz, 0.2), rateHz, 8000))) < 0.1)
    for (const frequencyHz of [4100, 5000, 6000]) {
      if (frequencyHz < rateHz / 2) assert.ok(levelDb(resample(tone(frequencyHz, rateHz, 0.2), rateHz, 8000)) < -60)
    }
  })
}

test('a 6 kHz tone at 44.1 kHz is more than 60 dB down, not folded to 2 kHz', () => {
  assert.ok(levelDb(resample(tone(6000, 44_100, 0.5), 44_100, 8000)) < -60)
})

test('there is no delay: the output equals the tone at 8 kHz', () => {
  const output = resample(tone(1000, 44_100, 0.2), 44_100, 8000)
  const expected = tone(1000, 8000, 0.2)
  for (let i = 200; i < 1400; i++) assert.ok(Math.abs(output[i]! - expected[i]!) < 0.002)
})

test('a constant stays the same, and lower rates are converted up', () => {
  const output = resample(new Float32Array(2000).fill(0.5), 6000, 8000)
  for (const sample of output.subarray(200, -200)) assert.ok(Math.abs(sample - 0.5) < 1e-5)
})

test('blocks of any size give the same samples, ceil(input × to / from) of them', () => {
  const samples = tone(700, 44_100, 0.05)
  const whole = resample(samples, 44_100, 8000)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2500 }), (blockSize) => {
      assert.deepEqual(resample(samples, 44_100, 8000, blockSize), whole)
    }),
    { numRuns: 20 },
  )
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3000 }),
      fc.constantFrom(6000, 8000, 11_025, 44_100, 48_000),
      (length, rateHz) => {
        assert.equal(resample(new Float32Array(length), rateHz, 8000).length, Math.ceil((length * 8000) / rateHz))
      },
    ),
    { numRuns: 60 },
  )
})
