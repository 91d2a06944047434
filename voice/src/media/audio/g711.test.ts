import { test } from 'node:test'
import assert from 'node:assert/strict'

import { decodingTable, encodeSample, silence, transcodingTable } from './g711.ts'

test('decodes the values of the standard', () => {
  const muLaw = {
    0x00: -32124,
    0x80: 32124,
    0x0f: -16764,
    0x8f: 16764,
    0x70: -120,
    0xf0: 120,
    0x7e: -8,
    0xfe: 8,
    0xff: 0,
  }
  const aLaw = { 0xd5: 8, 0x55: -8, 0xaa: 32256, 0x2a: -32256, 0xd4: 24, 0x54: -24 }
  for (const [code, sample] of Object.entries(muLaw)) assert.equal(decodingTable('PCMU')[Number(code)]! + 0, sample)
  for (const [code, sample] of Object.entries(aLaw)) assert.equal(decodingTable('PCMA')[Number(code)], sample)
})

test('encodes every decoded value back to its code', () => {
  for (let code = 0; code < 256; code++) {
    assert.equal(encodeSample('PCMA', decodingTable('PCMA')[code]!), code)
    // µ-law has two zeros; 0x7f, the negative one, is sent as 0xff.
    assert.equal(encodeSample('PCMU', decodingTable('PCMU')[code]!), code === 0x7f ? 0xff : code)
  }
})

test('stays within half a step of every linear value', () => {
  for (const [codec, limit] of [
    ['PCMU', 32124],
    ['PCMA', 32256],
  ] as const) {
    for (let sample = -limit; sample <= limit; sample++) {
      const error = Math.abs(decodingTable(codec)[encodeSample(codec, sample)]! - sample)
      assert.ok(error <= Math.max(16, Math.abs(sample) / 16 / 2 + 8), `${codec} ${sample}: off by ${error}`)
    }
  }
})

test('the loudest samples are clipped, not wrapped', () => {
  assert.equal(encodeSample('PCMU', 32767), 0x80)
  assert.equal(encodeSample('PCMU', -32768), 0x00)
  assert.equal(encodeSample('PCMA', 32767), 0xaa)
  assert.equal(encodeSample('PCMA', -32768), 0x2a)
})

test('silence stays quiet in both laws and between them', () => {
  assert.equal(decodingTable('PCMU')[silence.PCMU], 0)
  assert.equal(decodingTable('PCMA')[silence.PCMA], 8)
  assert.equal(transcodingTable('PCMU', 'PCMA')![silence.PCMU], silence.PCMA)
  assert.equal(transcodingTable('PCMU', 'PCMU'), null)
})
