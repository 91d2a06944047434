import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import type pg from 'pg'
import { openTestDatabase } from '../../../test/database.ts'
import { readConfig } from '../../config.ts'
import { type Ctx, createContext, transaction } from '../context.ts'
import { newId } from '../id.ts'
import { createLog } from '../log.ts'
import { openerFor } from '../openers.ts'
import type { Services } from '../services.ts'
import { type OpenDatabase, createPool } from './open.ts'
import { statement } from './statement.ts'

const config = readConfig({ DATA_DIR: path.join(tmpdir(), 'switchboard-shared-reads') })
const log = createLog('silent')
let database: OpenDatabase
before(async () => {
  database = await openTestDatabase(config, log)
})
after(() => database.close())

const whoAmI = statement(
  'shared_reads.who',
  (_, p: { n: number }) => sql<{ workspace: string; n: number; pid: number }>`
    select app.workspace_id() as workspace, ${p.n}::int as n, pg_backend_pid() as pid`,
)
const divide = statement(
  'shared_reads.divide',
  (_, p: { by: number }) => sql<{ whole: number }>`select 12 / ${p.by}::int as whole`,
)
const keep = statement(
  'shared_reads.keep',
  (_, p: { value: unknown }) => sql<{ kept: unknown }>`select ${p.value}::jsonb as kept`,
)
const waitFor = statement(
  'shared_reads.wait',
  (_, p: { lock: number }) => sql`select pg_advisory_xact_lock(${p.lock}::int)`,
)

const inWorkspace = (pool: pg.Pool, workspaceId: string, readOnly = true): Ctx => {
  const principal = { kind: 'server', workspaceId, userId: null } as const
  return createContext({
    services: { connections: { pool, pipelined: true }, now: () => new Date() } as unknown as Services,
    principal,
    open: openerFor(principal, { access: 'public', workspaceId }),
    requestId: 'test',
    log,
    readOnly,
  })
}

/** Two connections that know the statements, so that whatever comes together has to share them. */
const withTwoConnections = (name: string, work: (pool: pg.Pool) => Promise<void>) =>
  test(name, async (t) => {
    if (database.kind === 'embedded') return t.skip('One connection, which nobody shares.')
    const pool = createPool(config, log, { connectionString: database.pool.options.connectionString, max: 2 })
    try {
      const { db } = inWorkspace(pool, newId())
      for (let i = 0; i < 3; i++) {
        await Promise.all([db.one(whoAmI, { n: 0 }), db.one(whoAmI, { n: 0 })])
        await Promise.all([db.one(divide, { by: 1 }), db.one(divide, { by: 1 })])
      }
      await work(pool)
    } finally {
      await pool.end()
    }
  })

void withTwoConnections('reads that come together share connections, and each stays who it is', async (pool) => {
  let turns = 0
  pool.on('acquire', () => turns++)
  const readers = Array.from({ length: 16 }, async () => {
    const workspace = newId()
    for (let n = 0; n < 20; n++) {
      const answer = await inWorkspace(pool, workspace).db.one(whoAmI, { n })
      assert.deepEqual({ workspace: answer.workspace, n: answer.n }, { workspace, n })
    }
  })
  await Promise.all(readers)
  assert.equal(pool.totalCount, 2)
  assert.ok(turns < 16 * 20, `${turns} turns`)
})

void withTwoConnections('one that fails fails alone', async (pool) => {
  const { db } = inWorkspace(pool, newId())
  const circle: { self?: unknown } = {}
  circle.self = circle
  const outcomes = await Promise.allSettled(
    Array.from({ length: 60 }, async (_, n) => {
      if (n % 5 === 1) return (await db.one(divide, { by: 0 })).whole
      if (n % 5 === 2) return (await db.one(divide, { by: 'no number' as unknown as number })).whole
      if (n % 5 === 3) return (await db.one(keep, { value: circle })).kept
      return (await db.one(whoAmI, { n })).n
    }),
  )
  for (const [n, outcome] of outcomes.entries()) {
    if (n % 5 === 0 || n % 5 === 4) assert.deepEqual(outcome, { status: 'fulfilled', value: n })
    else
      assert.match(
        String((outcome as PromiseRejectedResult).reason),
        [/division by zero/, /form/, /circular/i][(n % 5) - 1]!,
      )
  }
  assert.equal((await db.one(whoAmI, { n: 7 })).n, 7)
})

void withTwoConnections('nobody is put behind one that is not known to be quick', async (pool) => {
  const holder = await database.pool.connect()
  try {
    await holder.query('begin')
    await holder.query('select pg_advisory_xact_lock(7)')
    const { db } = inWorkspace(pool, newId())
    let isOver = false
    const slow = db.all(waitFor, { lock: 7 }).then(() => (isOver = true))
    await Promise.all(Array.from({ length: 50 }, (_, n) => db.one(whoAmI, { n })))
    assert.equal(isOver, false)
    await holder.query('rollback')
    await slow
  } finally {
    holder.release()
  }
})

void withTwoConnections(
  'a transaction that waits for a connection gets one while readers keep coming',
  async (pool) => {
    const { db } = inWorkspace(pool, newId())
    const done = new AbortController()
    const readers = Array.from({ length: 16 }, async () => {
      let reads = 0
      for (; !done.signal.aborted; reads++) await db.one(whoAmI, { n: reads })
      return reads
    })
    const writing = inWorkspace(pool, newId(), false)
    for (let i = 0; i < 20; i++) await transaction(writing, (ctx) => ctx.db.one(whoAmI, { n: i }))
    done.abort()
    for (const reads of await Promise.all(readers)) assert.ok(reads > 0)
  },
)

void withTwoConnections('a connection that breaks fails what is on it, and the next ones get another', async (pool) => {
  const { db } = inWorkspace(pool, newId())
  const { pid } = await db.one(whoAmI, { n: 0 })
  const removed = new Promise<unknown>((resolve) => pool.once('remove', resolve))
  const outcomes = Promise.allSettled(Array.from({ length: 40 }, (_, n) => db.one(whoAmI, { n })))
  await database.pool.query('select pg_terminate_backend($1::int)', [pid])
  for (const outcome of await outcomes)
    if (outcome.status === 'rejected') assert.equal((outcome.reason as { status: number }).status, 503)
  await removed
  const after = await Promise.all(Array.from({ length: 10 }, (_, n) => db.one(whoAmI, { n })))
  assert.deepEqual(
    after.map(({ n }) => n),
    Array.from({ length: 10 }, (_, n) => n),
  )
  assert.ok(after.every((answer) => answer.pid !== pid))
})
