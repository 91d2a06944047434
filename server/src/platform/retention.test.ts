import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { allDelivered } from '../../test/log.ts'
import { type TestNode, openNodeDatabase, startTestNode } from '../../test/node.ts'
import { transaction } from './context.ts'
import type { OpenDatabase } from './database/open.ts'
import { emit, event } from './events.ts'
import { newId } from './id.ts'
import { readAll } from './outbox/log.ts'
import { cutLog, retention } from './retention.ts'
import { serverContext } from './services.ts'

const Happened = event('test.happened', z.object({ n: z.number() }))

let database: OpenDatabase
let node: TestNode
before(async () => {
  database = await openNodeDatabase()
  node = await startTestNode({ database })
})
after(async () => {
  await node.stop()
  await database.close()
})

const everywhere = () => serverContext(node.services, { workspaceId: null })
const happen = (n: number) =>
  transaction(serverContext(node.services, { workspaceId: newId() }), async (ctx) => emit(ctx, Happened, { n }))
const kept = async () =>
  (await readAll(everywhere(), { transaction: 0, sequence: 0 }, 100)).events.map(
    ({ data }) => (data as { n: number }).n,
  )

test('the log is cut off by age, never before a subscriber that still has to read, and says where it begins', async () => {
  for (const n of [1, 2, 3]) await happen(n)
  await allDelivered(database, node.outbox)
  await cutLog(everywhere(), 1)
  assert.deepEqual(await kept(), [1, 2, 3])

  const readUpTo = (offset: number) =>
    database.pool.query(
      `insert into platform.subscribers (name, transaction_id, sequence)
       select 'test.slow', transaction_id, sequence from platform.events order by 2, 3 offset $1 limit 1
       on conflict (name) do update set transaction_id = excluded.transaction_id, sequence = excluded.sequence`,
      [offset],
    )
  await readUpTo(0)
  await cutLog(everywhere(), 0)
  assert.deepEqual(await kept(), [2, 3])

  // A subscriber of a program that is gone holds nothing back.
  await database.pool.query(
    `update platform.subscribers set updated_at = now() - interval '8 days' where name = 'test.slow'`,
  )
  const { events } = await readAll(everywhere(), { transaction: 0, sequence: 0 }, 100)
  await cutLog(everywhere(), 0)
  const { begin, events: none } = await readAll(everywhere(), { transaction: 0, sequence: 0 }, 100)
  assert.deepEqual(none, [])
  assert.deepEqual(begin, { transaction: events.at(-1)!.transaction, sequence: events.at(-1)!.sequence })
})

test('responses stored for replay are deleted after a day', async () => {
  await database.pool.query(
    `insert into platform.idempotency_keys (principal, method, path, key, body_hash, locked_until, created_at)
     select 'p', 'POST', '/', age, '', now(), now() - age::interval from unnest(array['23 hours', '25 hours']) age`,
  )
  await retention.run(everywhere(), {})
  const { rows } = await database.pool.query('select key from platform.idempotency_keys')
  assert.deepEqual(rows, [{ key: '23 hours' }])
})
