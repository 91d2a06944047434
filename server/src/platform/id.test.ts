import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { idAt, newId } from './id.ts'

const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('ids are UUIDv7 and sort as they were made', () => {
  const ids = Array.from({ length: 10_000 }, newId)
  assert.ok(ids.every((id) => form.test(id)))
  assert.deepEqual(ids.toSorted(), ids)
})

test('ids of late events sort by the time of the event, and within a millisecond by arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 50 }), (offsets) => {
      const received = offsets.map((offset, place) => ({ ms: 1_790_000_000_000 + offset, place, id: '' }))
      for (const one of received) one.id = idAt(one.ms)
      assert.ok(received.every(({ id }) => form.test(id)))
      const byId = received.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      assert.deepEqual(
        byId,
        received.toSorted((a, b) => a.ms - b.ms || a.place - b.place),
      )
    }),
  )
  for (const odd of [-1, 1.5, 8.64e15, -8.64e15]) assert.match(idAt(odd), form)
  assert.ok(idAt(Date.now() - 1) < newId() && newId() < idAt(Date.now() + 10))
})
