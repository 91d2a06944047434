import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { type TestNode, openNodeDatabase, startTestNode } from '../../../test/node.ts'
import { until } from '../../../test/until.ts'
import { transaction } from '../../platform/context.ts'
import type { OpenDatabase } from '../../platform/database/open.ts'
import { emit, event } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import type { Position } from '../../platform/outbox/position.ts'
import { serverContext } from '../../platform/services.ts'
import { createMissedReader } from './missed.ts'

const Counted = event('test.counted', z.object({ topic: z.string(), n: z.number() }), {
  event: 'counted',
  topics: ({ topic }) => [topic],
})

let database: OpenDatabase
let node: TestNode
before(async () => {
  database = await openNodeDatabase()
  node = await startTestNode({ database, pollMs: 20 })
})
after(async () => {
  await node.stop()
  await database.close()
})

/** Emits `count` events with topics `a` and `b` in turn. Resolves with the position after them. */
async function emitted(count: number): Promise<Position> {
  let followed = 0
  const stop = node.outbox.follow(() => void followed++)
  await transaction(serverContext(node.services, { workspaceId: newId() }), async (ctx) => {
    for (let n = 0; n < count; n++) emit(ctx, Counted, { topic: n % 2 === 0 ? 'a' : 'b', n })
  })
  await until('the events were read', () => followed === count)
  stop()
  return node.outbox.position()
}

test('clients that read together get the events of their topics after their positions, also beside one with more events to read', async () => {
  const start = node.outbox.position()
  const middle = await emitted(600)
  const end = await emitted(10)
  const read = createMissedReader(node.services)
  const [old, a, b, both, none] = await Promise.all([
    read(start, () => ['a']),
    read(middle, () => ['a']),
    read(middle, () => ['b']),
    read(middle, () => ['a', 'b']),
    read(end, () => ['a', 'b']),
  ])
  const numbers = (reading: typeof a) => reading.events.map(({ data }) => (data as { n: number }).n)
  assert.deepEqual(
    [numbers(a), numbers(b), numbers(both), numbers(none)],
    [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], []],
  )
  for (const { more, upTo } of [a, b, both, none]) assert.deepEqual([more, upTo], [false, end])
  // A reading has at most 200 events.
  assert.deepEqual([old.events.length, old.more], [200, true])
  assert.deepEqual(numbers(old).slice(0, 3), [0, 2, 4])
})
