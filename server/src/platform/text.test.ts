import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { beginning } from './text.ts'

test('the beginning of a text ends between two characters', () => {
  assert.equal(beginning('abc😀', 4), 'abc')
  assert.equal(beginning('abc😀', 5), 'abc😀')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, length) => {
      const short = beginning(text, length)
      assert.ok(text.startsWith(short) && short.isWellFormed())
      assert.ok(short.length >= Math.min(text.length, length) - 1 && short.length <= length)
    }),
  )
})
