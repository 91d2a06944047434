import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { z } from 'zod'
import { allDelivered } from '../../../test/log.ts'
import { type TestNode, openNodeDatabase, startTestNode } from '../../../test/node.ts'
import { transaction } from '../context.ts'
import type { OpenDatabase } from '../database/open.ts'
import { statement } from '../database/statement.ts'
import { type StoredEvent, emit, event } from '../events.ts'
import { newId } from '../id.ts'
import { type Services, serverContext } from '../services.ts'
import { horizon, readAll, readEnd } from './log.ts'
import { comparePositions, decodePosition, encodePosition } from './position.ts'
import { type Subscriber, subscriber } from './subscriber.ts'

const Counted = event('test.counted', z.object({ n: z.number() }))
const Echoed = event('test.echoed', z.object({ n: z.number() }))
const workspaceId = newId()

let database: OpenDatabase
before(async () => {
  database = await openNodeDatabase()
  await database.pool.query('create table public.effects (n int); grant all on public.effects to app_user')
})
after(() => database.close())

const addEffect = statement('test.effect', (_, p: { n: number }) => sql`insert into public.effects (n) values (${p.n})`)
const effects = async (): Promise<number[]> => {
  const { rows } = await database.pool.query(
    'with gone as (delete from public.effects returning n) select n from gone order by n',
  )
  return rows.map(({ n }) => n as number)
}

const inWorkspace = (services: Services) => serverContext(services, { workspaceId })
const count = (services: Services, ...numbers: number[]) =>
  transaction(inWorkspace(services), async (ctx) => numbers.forEach((n) => emit(ctx, Counted, { n })))

/** Collects what it is given until `n` are there. */
function collector<T>() {
  const items: T[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  return {
    items,
    add(item: T) {
      items.push(item)
      for (const { count, resolve } of waiting) if (items.length >= count) resolve()
    },
    until: (count: number) =>
      new Promise<void>((resolve) => (items.length >= count ? resolve() : waiting.push({ count, resolve }))),
  }
}

async function withNodes(count: number, subscribers: Subscriber[], work: (nodes: TestNode[]) => Promise<void>) {
  const nodes: TestNode[] = []
  for (let i = 0; i < count; i++) nodes.push(await startTestNode({ database, subscribers, pollMs: 50 }))
  try {
    for (const { outbox } of nodes) await allDelivered(database, outbox)
    await work(nodes)
  } finally {
    for (const node of nodes) await node.stop()
  }
}

test('an event is published after the commit, in order, and never when the transaction is rolled back', async () => {
  await withNodes(1, [], async ([node]) => {
    const published = collector<unknown>()
    node!.outbox.follow((event) => published.add((event.data as { n: number }).n))
    await count(node!.services, 1, 2)
    await assert.rejects(
      transaction(inWorkspace(node!.services), async (ctx) => {
        emit(ctx, Counted, { n: 99 })
        await ctx.db.actor()
        throw new Error('changed my mind')
      }),
    )
    await count(node!.services, 3)
    await published.until(3)
    assert.deepEqual(published.items, [1, 2, 3])
  })
})

test('a reader never passes a transaction that is still running', async (t) => {
  if (database.kind === 'embedded') return t.skip('One connection: transactions cannot interleave.')
  await withNodes(1, [], async ([node]) => {
    const services = node!.services
    const everywhere = serverContext(services, { workspaceId: null })
    const start = await readEnd(everywhere)
    const slow = await database.pool.connect()
    try {
      // The slow one takes its place in the log first and commits last.
      await slow.query('begin')
      await slow.query(
        `insert into platform.events (id, type, data) select $1, 'test.counted', '{"n": 1}' from set_config('role', 'app_system', true)`,
        [newId()],
      )
      await count(services, 2)
      const early = await readAll(everywhere, start, 10)
      assert.deepEqual(early.events, [])
      assert.ok(early.waiting)
      await slow.query('commit')
    } finally {
      slow.release()
    }
    await allDelivered(database, node!.outbox)
    const { events } = await readAll(everywhere, start, 10)
    assert.deepEqual(
      events.map(({ data }) => data),
      [{ n: 1 }, { n: 2 }],
    )
  })
})

test('a transaction that waited for a row comes after the one that held it, in whichever order they began', async (t) => {
  if (database.kind === 'embedded') return t.skip('One connection: transactions cannot interleave.')
  await withNodes(1, [], async ([node]) => {
    const published = collector<unknown>()
    node!.outbox.follow(({ data }) => published.add((data as { n: number }).n))
    await transaction(inWorkspace(node!.services), async (ctx) => {
      await ctx.db.all(addEffect, { n: 1 })
      await transaction(inWorkspace(node!.services), async (other) => {
        await other.db.all(addEffect, { n: 2 })
        emit(other, Counted, { n: 2 })
      })
      emit(ctx, Counted, { n: 1 })
    })
    await published.until(2)
    assert.deepEqual(published.items, [2, 1])
  })
  await effects()
})

test('no reader goes beyond the last event: what a transaction without one leaves may be forgotten in a crash', async () => {
  await withNodes(1, [], async ([node]) => {
    const everywhere = serverContext(node!.services, { workspaceId: null })
    await count(node!.services, 1)
    await allDelivered(database, node!.outbox)
    const { events, upTo } = await readAll(everywhere, { transaction: 0, sequence: 0 }, 1000)
    const rolledBack = transaction(inWorkspace(node!.services), async (ctx) => {
      await ctx.db.all(addEffect, { n: 1 })
      throw new Error('changed my mind')
    })
    await assert.rejects(rolledBack)
    assert.equal(comparePositions(upTo, events.at(-1)!), 0)
    assert.deepEqual(await readEnd(everywhere), upTo)
    assert.deepEqual((await readAll(everywhere, upTo, 1000)).upTo, upTo)
  })
})

test('readers that begin anywhere, under concurrent writers, together see every event once and in the same order', async () => {
  await withNodes(2, [], async (nodes) => {
    const [one, two] = nodes.map(() => collector<StoredEvent>())
    nodes[0]!.outbox.follow((event) => one!.add(event))
    nodes[1]!.outbox.follow((event) => two!.add(event))
    const writers = Array.from({ length: 8 }, async (_, w) => {
      for (let i = 0; i < 10; i++) await count(nodes[w % 2]!.services, w * 100 + i, w * 100 + i + 50)
    })
    await Promise.all(writers)
    await Promise.all([one!.until(160), two!.until(160)])
    assert.equal(new Set(one!.items.map(({ id }) => id)).size, 160)
    assert.deepEqual(
      one!.items.map(({ id }) => id),
      two!.items.map(({ id }) => id),
    )
    const sorted = one!.items.toSorted(comparePositions)
    assert.deepEqual(one!.items, sorted)
  })
})

test("a subscriber handles each event once although two nodes run it, in the event's workspace", async () => {
  const seen = collector<string | null>()
  const counter = subscriber({
    name: 'test.counter',
    types: [Counted],
    async handle(ctx, { data }) {
      await ctx.db.all(addEffect, { n: data.n })
      const { workspace_id } = await ctx.db.actor()
      ctx.afterCommit(() => seen.add(workspace_id))
    },
  })
  await withNodes(2, [counter], async (nodes) => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => count(nodes[n % 2]!.services, n)))
    await seen.until(20)
    assert.deepEqual(
      await effects(),
      Array.from({ length: 20 }, (_, n) => n),
    )
    assert.ok(seen.items.every((id) => id === workspaceId))
  })
  // Events while no node runs wait for the next start.
  await withNodes(1, [], async ([node]) => count(node!.services, 20))
  await withNodes(1, [counter], async () => {
    await seen.until(21)
    assert.deepEqual(await effects(), [20])
  })
})

test('a new subscriber handles events since its node started, also those before its worker started', async () => {
  const seen = collector<number>()
  const late = subscriber({
    name: 'test.late',
    types: [Counted],
    async handle(ctx, { data }) {
      ctx.afterCommit(() => seen.add(data.n))
    },
  })
  const answering = await startTestNode({ database, subscribers: [late], pollMs: 50, works: false })
  await count(answering.services, 31)
  await withNodes(1, [late], () => seen.until(1))
  assert.deepEqual(seen.items, [31])
  await answering.stop()
})

test('effects and position stand or fall together: a handler that fails half-way is repeated without a trace', async () => {
  const done = collector<number>()
  let failures = 2
  const flaky = subscriber({
    name: 'test.flaky',
    types: [Counted],
    async handle(ctx, { data }) {
      await ctx.db.all(addEffect, { n: data.n })
      emit(ctx, Echoed, data)
      if (failures-- > 0) throw new Error('not yet')
      ctx.afterCommit(() => done.add(data.n))
    },
  })
  await withNodes(1, [flaky], async ([node]) => {
    const echoes = collector<unknown>()
    node!.outbox.follow(({ type, data }) => type === 'test.echoed' && echoes.add(data))
    await count(node!.services, 7, 8)
    await Promise.all([done.until(2), echoes.until(2)])
    assert.deepEqual(await effects(), [7, 8])
    assert.deepEqual(echoes.items, [{ n: 7 }, { n: 8 }])
  })
})

test('an event that cannot be handled is stored as failed, and the next one is handled', async () => {
  const done = collector<number>()
  const picky = subscriber({
    name: 'test.picky',
    types: [Counted],
    attempts: 2,
    async handle(ctx, { data }) {
      if (data.n === 13) throw new Error('unlucky')
      ctx.afterCommit(() => done.add(data.n))
    },
  })
  await withNodes(1, [picky], async ([node]) => {
    await count(node!.services, 13, 14)
    await done.until(1)
    assert.deepEqual(done.items, [14])
    const { rows } = await database.pool.query(
      'select subscriber, workspace_id, data, error from platform.failed_events',
    )
    assert.deepEqual(rows, [
      { subscriber: 'test.picky', workspace_id: workspaceId, data: { n: 13 }, error: 'Error: unlucky' },
    ])
  })
})

test('a log restored from elsewhere, with transactions of the future, is brought back to the present in its order', async () => {
  await withNodes(1, [], async ([node]) => count(node!.services, 1, 2))
  await database.pool.query(
    `update platform.events set transaction_id = '900000000000' where sequence = (select max(sequence) from platform.events)`,
  )
  const inPresent = async () =>
    (
      await database.pool.query(
        'select bool_and(transaction_id < pg_snapshot_xmax(pg_current_snapshot())) as past from platform.events',
      )
    ).rows[0].past
  assert.equal(await inPresent(), false)
  await withNodes(1, [], async ([node]) => {
    assert.equal(await inPresent(), true)
    const published = collector<unknown>()
    node!.outbox.follow(({ data }) => published.add(data))
    await count(node!.services, 3)
    await published.until(1)
    assert.deepEqual(published.items, [{ n: 3 }])
  })
})

test('where the log ends is looked up by index, also in a plan made while it was empty', async () => {
  const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(`explain ${horizon.text}`)
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  assert.match(plan, /Index Only Scan Backward using events_pkey on events/)
  assert.doesNotMatch(plan, /Seq Scan/)
})

test('positions survive their opaque form, and any other text is refused', () => {
  const position = { transaction: 123_456_789_012, sequence: 42 }
  assert.deepEqual(decodePosition(encodePosition(position)), position)
  for (const id of ['', '1', '1.', '.1', '1.2.3', '-1.2', 'A.B', '1.2\n', 'zzzzzzzzzzz.1'])
    assert.equal(decodePosition(id), undefined, id)
})
