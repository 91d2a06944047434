import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import type pg from 'pg'
import { openTestDatabase } from '../../../../test/database.ts'
import { readConfig } from '../../../config.ts'
import { type Ctx, createContext, transaction } from '../../context.ts'
import { newId } from '../../id.ts'
import { createLog } from '../../log.ts'
import { openerFor } from '../../openers.ts'
import type { Services } from '../../services.ts'
import { violates } from '../errors.ts'
import { type OpenDatabase, createPool } from '../open.ts'
import { statement } from '../statement.ts'

const config = readConfig({ DATA_DIR: path.join(tmpdir(), 'switchboard-sharing') })
const log = createLog('silent')
let database: OpenDatabase
before(async () => {
  database = await openTestDatabase(config, log)
  await database.pool.query(
    `create table public.notes (workspace_id uuid not null default app.workspace_id(), n int not null,
      constraint notes_key unique (workspace_id, n));
     alter table public.notes enable row level security;
     create policy own on public.notes to app_user using (workspace_id = app.workspace_id()) with check (workspace_id = app.workspace_id());
     grant all on public.notes to app_user`,
  )
})
after(() => database.close())

const write = statement(
  'sharing.write',
  (_, p: { n: number }) => sql<{ workspace_id: string; n: number }>`
    insert into public.notes (n) values (${p.n}) returning workspace_id, n`,
)
const list = statement(
  'sharing.list',
  () => sql<{ n: number; workspace_id: string }>`select n, workspace_id from public.notes order by n`,
)

const whoAmI = statement(
  'sharing.who',
  (_, p: { n: number }) => sql<{ workspace: string; n: number; role: string; pid: number }>`
    select app.workspace_id() as workspace, ${p.n}::int as n, current_user as role, pg_backend_pid() as pid`,
)
const divide = statement(
  'sharing.divide',
  (_, p: { by: number }) => sql<{ whole: number }>`select 12 / ${p.by}::int as whole`,
)
const keep = statement(
  'sharing.keep',
  (_, p: { value: unknown }) => sql<{ kept: unknown }>`select ${p.value}::jsonb as kept`,
)
const waitFor = statement('sharing.wait', (_, p: { lock: number }) => sql`select pg_advisory_xact_lock(${p.lock}::int)`)

const inWorkspace = (workspaceId: string, readOnly: boolean, pool: pg.Pool = database.pool): Ctx => {
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
const note = (workspaceId: string, n: number) =>
  transaction(inWorkspace(workspaceId, false), (ctx) => ctx.db.one(write, { n }, { commit: 'shared' }))

test('writes that come together share transactions', async () => {
  const workspaces = Array.from({ length: 5 }, newId)
  for (const workspace of workspaces) await note(workspace, 0)
  const transactions = async () => {
    const { rows } = await database.pool.query<{ count: number }>(
      'select count(distinct xmin::text)::int as count from notes where workspace_id = any ($1) and n > 0',
      [workspaces],
    )
    return rows[0]?.count ?? 0
  }
  // On a slow machine it takes a while until it is known that they are quick.
  for (let written = 200; written <= 4_000; written += 200) {
    await Promise.all(Array.from({ length: 200 }, (_, i) => note(workspaces[i % 5] as string, written + i)))
    if ((await transactions()) < written) return
  }
  assert.fail('Each had a transaction of its own.')
})

test('each write is there once, in its workspace, and one that fails fails alone', async () => {
  const workspaces = Array.from({ length: 5 }, newId)
  for (const workspace of workspaces) await note(workspace, 0)
  // Every third repeats a number that is taken.
  const wishes = workspaces.flatMap((workspace) =>
    Array.from({ length: 40 }, (_, i) => ({ workspace, n: i % 3 === 2 ? 0 : i + 1 })),
  )
  const outcomes = await Promise.allSettled(wishes.map(({ workspace, n }) => note(workspace, n)))
  for (const [i, outcome] of outcomes.entries()) {
    const { workspace, n } = wishes[i]!
    if (n === 0) {
      assert.ok(outcome.status === 'rejected' && violates(outcome.reason, 'notes_key'))
      continue
    }
    assert.ok(outcome.status === 'fulfilled')
    assert.deepEqual({ workspace: outcome.value.workspace_id, n: outcome.value.n }, { workspace, n })
  }
  for (const workspace of workspaces) {
    const reads = await Promise.all(Array.from({ length: 20 }, () => inWorkspace(workspace, true).db.all(list, {})))
    const expected = [0, ...wishes.filter((w) => w.workspace === workspace && w.n !== 0).map(({ n }) => n)]
    for (const rows of reads)
      assert.deepEqual(
        rows,
        expected.map((n) => ({ n, workspace_id: workspace })),
      )
  }
})

test('a write that waits for a lock waits alone', async (t) => {
  if (database.kind === 'embedded') return t.skip('One connection: nobody holds a lock that another waits for.')
  const [held, ...others] = Array.from({ length: 6 }, newId) as [string, ...string[]]
  for (const workspace of [held, ...others]) await note(workspace, 0)
  const holder = await database.pool.connect()
  try {
    await holder.query('begin')
    await holder.query('insert into public.notes (workspace_id, n) values ($1, 1)', [held])
    let isOver = false
    const before = Array.from({ length: 9 }, (_, n) => note(others[n % 5] as string, n + 1))
    const waiting = assert
      .rejects(note(held, 1), (error) => violates(error, 'notes_key'))
      .finally(() => (isOver = true))
    const behind = Array.from({ length: 40 }, (_, n) => note(others[n % 5] as string, n + 10))
    await Promise.all([...before, ...behind])
    assert.equal(isOver, false)
    await holder.query('commit')
    await waiting
  } finally {
    holder.release()
  }
})

/** Two connections that know the statements, so that whatever comes together has to share them. */
const withTwoConnections = (name: string, work: (pool: pg.Pool, callers: string[]) => Promise<void>) =>
  test(name, async (t) => {
    if (database.kind === 'embedded') return t.skip('One connection, which nobody shares.')
    const pool = createPool(config, log, { connectionString: database.pool.options.connectionString, max: 2 })
    const callers = Array.from({ length: 16 }, newId)
    try {
      for (const caller of callers) {
        const { db } = inWorkspace(caller, true, pool)
        await db.one(whoAmI, { n: 0 })
        await db.one(divide, { by: 1 })
      }
      await work(pool, callers)
    } finally {
      await pool.end()
    }
  })

void withTwoConnections(
  'reads that come together share round trips, and each stays who it is',
  async (pool, callers) => {
    const seen = { turns: 0, reads: 0 }
    pool.on('acquire', () => seen.turns++)
    // On a slow machine it takes a while until it is known that they are quick.
    do {
      await Promise.all(
        callers.map(async (workspace) => {
          for (let n = 0; n < 20; n++) {
            const answer = await inWorkspace(workspace, true, pool).db.one(whoAmI, { n })
            seen.reads++
            assert.deepEqual({ ...answer, pid: 0 }, { workspace, n, role: 'app_user', pid: 0 })
          }
        }),
      )
    } while (seen.turns === seen.reads && seen.reads < 6_400)
    assert.ok(seen.turns < seen.reads)
    assert.equal(pool.totalCount, 2)
  },
)

void withTwoConnections('a read that fails fails alone', async (pool, callers) => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  const outcomes = await Promise.allSettled(
    Array.from({ length: 80 }, async (_, n) => {
      const { db } = inWorkspace(callers[n % callers.length] as string, true, pool)
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
})

void withTwoConnections('nobody is put behind one that is not known to be quick', async (pool, callers) => {
  const holder = await database.pool.connect()
  try {
    await holder.query('begin')
    await holder.query('select pg_advisory_xact_lock(7)')
    let isOver = false
    const slow = inWorkspace(callers[0] as string, true, pool)
      .db.all(waitFor, { lock: 7 })
      .then(() => (isOver = true))
    for (let n = 0; n < 5; n++)
      await Promise.all(callers.map((caller) => inWorkspace(caller, true, pool).db.one(whoAmI, { n })))
    assert.equal(isOver, false)
    await holder.query('rollback')
    await slow
  } finally {
    holder.release()
  }
})

void withTwoConnections(
  'a transaction that waits for a connection gets one while readers keep coming',
  async (pool, callers) => {
    const done = new AbortController()
    const readers = callers.map(async (caller) => {
      let reads = 0
      for (; !done.signal.aborted; reads++) await inWorkspace(caller, true, pool).db.one(whoAmI, { n: reads })
      return reads
    })
    const writing = inWorkspace(newId(), false, pool)
    for (let i = 0; i < 20; i++) await transaction(writing, (ctx) => ctx.db.one(whoAmI, { n: i }))
    done.abort()
    for (const reads of await Promise.all(readers)) assert.ok(reads > 0)
  },
)

void withTwoConnections(
  'a connection that breaks fails what is on it, and the next ones get another',
  async (pool, callers) => {
    const who = (n: number) => inWorkspace(callers[n % callers.length] as string, true, pool).db.one(whoAmI, { n })
    const { pid } = await who(0)
    const removed = new Promise<unknown>((resolve) => pool.once('remove', resolve))
    const outcomes = Promise.allSettled(Array.from({ length: 40 }, (_, n) => who(n)))
    await database.pool.query('select pg_terminate_backend($1::int)', [pid])
    for (const outcome of await outcomes)
      if (outcome.status === 'rejected') assert.equal((outcome.reason as { status: number }).status, 503)
    await removed
    const after = await Promise.all(Array.from({ length: 10 }, (_, n) => who(n)))
    assert.deepEqual(
      after.map(({ n }) => n),
      Array.from({ length: 10 }, (_, n) => n),
    )
    assert.ok(after.every((answer) => answer.pid !== pid))
  },
)
