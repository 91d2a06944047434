import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Tone } from '../../gateway.ts'
import { decodingTable } from './g711.ts'
import { levelAt } from './level.ts'
import { encodedTone, toneMs } from './tone.ts'

/** One period after encoding and decoding by G.711. */
const decodedTone = (tone: Tone) => Int16Array.from(encodedTone(tone, 'PCMU'), (code) => decodingTable('PCMU')[code]!)

test('hold music is quiet, never silent for long, and loops without a click', () => {
  const samples = decodedTone('hold')
  assert.equal(samples.length, toneMs.hold * 8)
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  assert.ok(peak > 2_000 && peak < 12_000, `peak ${peak}`)
  // A click is a larger step than any within the sound: the loop point is compared with all other samples.
  const step = (i: number) => Math.abs(samples[(i + 1) % samples.length]! - samples[i]!)
  const steepest = samples.reduce((most, _, i) => Math.max(most, step(i)), 0)
  assert.ok(step(samples.length - 1) < steepest / 2, `seam ${step(samples.length - 1)}, steepest ${steepest}`)
  assert.ok(steepest < 4_000, `steepest ${steepest}`)
  for (let at = 0; at < samples.length; at += 4_000) {
    const part = samples.subarray(at, at + 4_000)
    const loudness = Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length)
    assert.ok(loudness > 300, `loudness ${loudness} at ${at / 8} ms`)
  }
})

test('ringback, congestion and hold music are told apart by their frequencies', () => {
  const [ringback, congestion, hold] = [decodedTone('ringback'), decodedTone('congestion'), decodedTone('hold')]
  const has = (samples: Int16Array, hz: number) => levelAt(samples, hz) > 500
  assert.deepEqual([has(ringback, 440), has(ringback, 480), has(ringback, 620)], [true, true, false])
  assert.deepEqual([has(congestion, 480), has(congestion, 620), has(congestion, 440)], [true, true, false])
  assert.deepEqual([has(hold.subarray(0, 8_000), 261.63), has(hold.subarray(0, 8_000), 620)], [true, false])
})
