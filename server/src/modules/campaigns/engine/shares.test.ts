import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { roomInShare } from './shares.ts'

test('one workspace alone has its share; with others each has less, and some slots stay free', () => {
  assert.equal(roomInShare({ limit: 20, share: 50, taken: 0, own: 0 }), 10)
  assert.equal(roomInShare({ limit: 20, share: 50, taken: 10, own: 10 }), 0)
  assert.equal(roomInShare({ limit: 20, share: 50, taken: 10, own: 0 }), 5)
  assert.equal(roomInShare({ limit: 20, share: 80, taken: 0, own: 0 }), 16)
  assert.equal(roomInShare({ limit: 20, share: 100, taken: 5, own: 5 }), 15)
  assert.equal(roomInShare({ limit: 1, share: 50, taken: 0, own: 0 }), 1)
  assert.equal(roomInShare({ limit: 20, share: 50, taken: 20, own: 0 }), 0)
  // 8 exactly, which floating-point division rounds down to 7.
  assert.equal(roomInShare({ limit: 25, share: 32, taken: 0, own: 0 }), 8)
})

test('the next workspace gets a slot, however many others use their share', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 500 }), fc.integer({ min: 1, max: 90 }), (limit, share) => {
      let taken = 0
      for (let workspace = 0; workspace < 3; workspace++) {
        const room = roomInShare({ limit, share, taken, own: 0 })
        assert.ok(room >= 1 || taken === limit)
        taken += room
        assert.equal(roomInShare({ limit, share, taken, own: room }), 0)
      }
      assert.ok(taken <= limit)
    }),
  )
})
