import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type pg from 'pg'
import { z } from 'zod'
import { openTestDatabase } from '../../../test/database.ts'
import { readConfig } from '../../config.ts'
import { type Ctx, createContext, transaction } from '../context.ts'
import { AppError } from '../errors.ts'
import { emit, event } from '../events.ts'
import { newId } from '../id.ts'
import { createLog } from '../log.ts'
import type { Services } from '../services.ts'
import { type Connections, connectionsOver } from './connections.ts'
import { type OpenDatabase, createPool } from './open.ts'
import { statement, variants } from './statement.ts'

const config = readConfig({ DATA_DIR: path.join(tmpdir(), 'switchboard-scope') })
const log = createLog('silent')
let database: OpenDatabase
before(async () => {
  database = await openTestDatabase(config, log)
  await database.pool.query(`
    create schema scope_test;
    grant usage on schema scope_test to app_user, app_system;
    create table scope_test.notes (
      id uuid primary key, workspace_id uuid not null default app.workspace_id(), text text not null, number bigint,
      created_at timestamptz not null default now());
    select app.tenant_table('scope_test.notes')`)
})
after(() => database.close())

test('a short query never waits for a compiler', async () => {
  const { rows } = await database.pool.query('select pg_jit_available() as compiles')
  assert.deepEqual(rows, [{ compiles: false }])
})

const long = variants(
  'scope_test.a_list_that_can_be_asked_for_in_very_many_ways',
  (_, _p: object, shape: { of_status: boolean; recent: boolean; continued: boolean }) =>
    sql<{ asked: string }>`select ${sql.lit(Object.values(shape).join())} as asked`,
)

interface Note {
  id: string
  workspace_id: string
  text: string
  number: number | null
  created_at: string
}

const columns = sql.raw('id, workspace_id, text, number, created_at')
const insert = statement(
  'scope_test.insert',
  (_, p: { id: string; text: string; number?: number }) =>
    sql<Note>`insert into scope_test.notes (id, text, number) values (${p.id}, ${p.text}, ${p.number}) returning ${columns}`,
)
const find = statement(
  'scope_test.find',
  (_, p: { id: string }) => sql<Note>`select ${columns} from scope_test.notes where id = ${p.id}`,
)
const list = statement('scope_test.list', () => sql<Note>`select ${columns} from scope_test.notes order by id`)
const remove = statement(
  'scope_test.remove',
  (_, p: { id: string }) => sql`delete from scope_test.notes where id = ${p.id}`,
)
const divide = statement(
  'scope_test.divide',
  (_, p: { by: number }) => sql<{ whole: number }>`select 12 / ${p.by}::int as whole`,
)
const keep = statement(
  'scope_test.keep',
  (_, p: { value: unknown }) => sql<{ kept: unknown }>`select ${p.value}::jsonb as kept`,
)
const sleep = statement('scope_test.sleep', () => sql<{ slept: string }>`select pg_sleep(50)::text as slept`)
const backend = statement('scope_test.backend', () => sql<{ pid: number }>`select pg_backend_pid() as pid`)
const change = statement(
  'scope_test.change',
  (_, p: { value: string }) =>
    sql<{ transaction: string; value: string }>`
      select pg_current_xact_id()::text as transaction, set_config('scope_test.value', ${p.value}, true) as value`,
)
const setting = statement(
  'scope_test.setting',
  () => sql<{ value: string | null }>`select nullif(current_setting('scope_test.value', true), '') as value`,
)
const facts = statement(
  'scope_test.facts.system',
  (_, p: { type: string }) =>
    sql<{ data: { note_id: string } }>`select data from platform.events where type = ${p.type}`,
)

const Noted = event('scope_test.noted', z.object({ note_id: z.uuid() }))

/** The same for each use of a pool, since they share its places. */
const connectionsByPool = new WeakMap<pg.Pool, Connections>()
function connectionsOf(pool: pg.Pool): Connections {
  const known = connectionsByPool.get(pool)
  if (known) return known
  const connections = connectionsOver(pool, { pipelined: true, poolTimeoutMs: 60_000 })
  connectionsByPool.set(pool, connections)
  return connections
}

for (const pipelined of [true, false]) {
  describe(pipelined ? 'session preamble and statements with one Sync' : 'the plain variant, begin … commit', () => {
    const wakes: true[] = []

    /** A context of the server in this workspace; null: in all of them. */
    const within = (
      workspaceId: string | null,
      { readOnly = false, pool = database.pool, connections = connectionsOf(pool) } = {},
    ): Ctx => {
      const principal = { kind: 'server', workspaceId, userId: null } as const
      const services = {
        connections: { ...connections, pipelined },
        now: () => new Date(),
        outbox: { wake: () => void wakes.push(true) },
      }
      return createContext({
        services: services as unknown as Services,
        principal,
        entry: { access: 'public', workspaceId },
        requestId: 'test',
        log,
        readOnly,
      })
    }

    /** A pool of its own on PostgreSQL; embedded, one connection is all there is. */
    const withPool = async (max: number, work: (pool: pg.Pool) => Promise<void>) => {
      if (database.kind === 'embedded') return work(database.pool)
      const pool = createPool(config, log, { ...database.pool.options, max })
      try {
        await work(pool)
      } finally {
        await pool.end()
      }
    }

    test('rows come back as they go out on the wire, of the own workspace only', async () => {
      const [ours, theirs] = [within(newId()), within(newId())]
      const id = newId()
      const note = await ours.db.one(insert, { id, text: 'first', number: 7 })
      assert.equal(note.number, 7)
      assert.match(note.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      assert.deepEqual(await ours.db.maybe(find, { id }), note)
      assert.deepEqual(await ours.db.all(list, {}), [note])
      assert.equal(await theirs.db.maybe(find, { id }), undefined)
      await theirs.db.all(remove, { id })
      assert.deepEqual(await ours.db.all(remove, { id }), [])
      assert.equal(await ours.db.maybe(find, { id }), undefined)
      await assert.rejects(ours.db.one(find, { id }), /scope_test\.find returned no row/)
    })

    test('who acts is known with the first statement, or asked for', async () => {
      const workspaceId = newId()
      const who = { user_id: null, workspace_id: workspaceId, role: 'owner' }
      const { user_id, workspace_id, role } = await within(workspaceId).db.actor()
      assert.deepEqual({ user_id, workspace_id, role }, who)
    })

    test('several calls in one round trip: their rows in order, the same statement twice, all or nothing', async () => {
      const ctx = within(newId())
      const [a, b, c] = [newId(), newId(), newId()]
      const [first, gone, second, all] = await ctx.db.together([
        insert.call({ id: a, text: 'a' }),
        remove.call({ id: c }),
        insert.call({ id: b, text: 'b' }),
        list.call({}),
      ])
      assert.deepEqual([first?.[0]?.text, gone, second?.[0]?.text, all?.length], ['a', [], 'b', 2])
      await assert.rejects(ctx.db.together([insert.call({ id: c, text: 'c' }), divide.call({ by: 0 }), list.call({})]))
      assert.equal(await ctx.db.maybe(find, { id: c }), undefined)
    })

    test('forms of a list are told apart however long their names', async () => {
      const shapes = [true, false].map((continued) => ({ of_status: true, recent: true, continued }))
      await withPool(1, async (pool) => {
        const { db } = within(newId(), { pool })
        for (const shape of shapes)
          assert.deepEqual(await db.one(long(shape), {}), { asked: Object.values(shape).join() })
      })
    })

    test('a statement that failed works the next time on the same connection', async () => {
      await withPool(1, async (pool) => {
        const { db } = within(newId(), { pool })
        await assert.rejects(db.one(divide, { by: 'no number' as unknown as number }), { status: 400 })
        assert.deepEqual(await db.one(divide, { by: 4 }), { whole: 3 })
        await assert.rejects(db.one(divide, { by: 0 }), /division by zero/)
        assert.deepEqual(await db.one(divide, { by: 3 }), { whole: 4 })
      })
    })

    test('a value that cannot be written fails before it is sent and does no harm to others', async () => {
      const { db } = within(newId())
      const circle: { self?: unknown } = {}
      circle.self = circle
      await assert.rejects(db.one(keep, { value: circle }), /circular/i)
      assert.deepEqual(await db.one(keep, { value: '{"a":1}' }), { kept: { a: 1 } })
    })

    test('who may not enter runs nothing', async () => {
      const principal = { kind: 'user', userId: newId(), sessionId: newId() } as const
      const entry = { access: 'contacts:read', workspaceId: null } as const
      const id = newId()
      const { services } = within(null)
      const { db } = createContext({ services, principal, entry, requestId: 'test', log })
      await assert.rejects(db.one(insert, { id, text: 'never' }), { status: 401 })
      assert.equal(await within(null).db.maybe(find, { id }), undefined)
    })

    test('a read-only context writes nothing', async () => {
      const id = newId()
      await assert.rejects(within(newId(), { readOnly: true }).db.one(insert, { id, text: 'never' }), /read-only/)
      await assert.rejects(
        transaction(within(newId(), { readOnly: true }), (ctx) => ctx.db.one(insert, { id, text: 'never' })),
        /read-only/,
      )
      assert.equal(await within(null).db.maybe(find, { id }), undefined)
    })

    test('500 calls at once for 100 workspaces on three connections, failures among them: no row of another', async () => {
      const workspaces = Array.from({ length: 100 }, newId)
      await withPool(3, async (pool) => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 500 }, async (_, i) => {
            const workspaceId = workspaces[i % workspaces.length] as string
            const { db } = within(workspaceId, { pool })
            if (i % 7 === 3) return db.one(divide, { by: 0 })
            if (i % 11 === 5) return db.one(divide, { by: 'x' as unknown as number })
            const [, rows] = await db.together([insert.call({ id: newId(), text: workspaceId }), list.call({})])
            assert.ok(rows && rows.length > 0)
            assert.deepEqual(new Set(rows.map(({ workspace_id }) => workspace_id)), new Set([workspaceId]))
            return undefined
          }),
        )
        const refused = Array.from({ length: 500 }, (_, i) => i % 7 === 3 || i % 11 === 5)
        assert.deepEqual(
          outcomes.map(({ status }) => status === 'rejected'),
          refused,
        )
      })
      const rows = (await within(null).db.all(list, {})).filter(({ workspace_id }) => workspaces.includes(workspace_id))
      assert.ok(rows.every((row) => row.text === row.workspace_id))
    })

    test('a transaction belongs to one request: what one sets in it, no other meets', async () => {
      const workspaceId = newId()
      await withPool(3, async (pool) => {
        const done = await Promise.all(
          Array.from({ length: 60 }, async (_, i) => {
            const ctx = within(workspaceId, { pool })
            if (i % 3 === 0) return ctx.db.one(change, { value: 'standing alone' })
            if (i % 3 === 1) return transaction(ctx, ({ db }) => db.one(change, { value: 'x' }, { commit: true }))
            assert.deepEqual(await within(workspaceId, { pool, readOnly: true }).db.one(setting, {}), { value: null })
            return undefined
          }),
        )
        const transactions = done.flatMap((row) => row?.transaction ?? [])
        assert.equal(new Set(transactions).size, 40)
      })
    })

    test('a workspace that asks for much leaves connections, and its turn, to others', async () => {
      await withPool(6, async (pool) => {
        const [loud, quiet] = [newId(), newId()]
        const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>()
        const { promise: isBusy, resolve: busy } = Promise.withResolvers<void>()
        const share = pool.options.max === 1 ? 1 : 2
        const served: string[] = []
        let [holding, most] = [0, 0]
        const flood = Array.from({ length: 20 }, () =>
          transaction(within(loud, { pool }), async ({ db }) => {
            await db.one(divide, { by: 1 })
            most = Math.max(most, ++holding)
            if (holding === share) busy()
            await mayGoOn
            served.push('loud')
            holding--
          }),
        )
        await isBusy
        const neighbour = within(quiet, { pool })
          .db.one(divide, { by: 2 })
          .then(() => void served.push('quiet'))
        // Where there is more than one connection, another workspace does not even wait.
        if (share > 1) await neighbour
        goOn()
        await Promise.all([...flood, neighbour])
        assert.equal(most, share)
        assert.ok(served.indexOf('quiet') <= (share > 1 ? 0 : 2), served.join())
      })
    })

    test('what waits too long for a connection gets 503, and leaves no place taken', async () => {
      await withPool(1, async (pool) => {
        const impatient = connectionsOver(pool, { pipelined, poolTimeoutMs: 50 })
        const holder = await pool.connect()
        const ctx = within(newId(), { pool, connections: impatient })
        for (const attempt of [ctx.db.one(divide, { by: 1 }), ctx.db.one(divide, { by: 1 })])
          await assert.rejects(attempt, { status: 503 })
        holder.release()
        assert.deepEqual(await ctx.db.one(divide, { by: 2 }), { whole: 6 })
        assert.deepEqual([impatient.places.active(), impatient.places.waiting()], [0, 0])
      })
    })

    test('a transaction keeps everything or nothing', async () => {
      const ctx = within(newId())
      const [kept, lost] = [newId(), newId()]
      await transaction(ctx, async (ctx) => {
        await ctx.db.one(insert, { id: kept, text: 'kept' })
        assert.ok(await ctx.db.maybe(find, { id: kept }), 'it sees its own writes')
      })
      await assert.rejects(
        transaction(ctx, async (ctx) => {
          await ctx.db.one(insert, { id: lost, text: 'lost' })
          throw new Error('changed our mind')
        }),
        /changed our mind/,
      )
      await assert.rejects(
        transaction(ctx, async (ctx) => {
          await ctx.db.one(insert, { id: lost, text: 'lost' })
          await ctx.db.one(divide, { by: 0 })
        }),
        /division by zero/,
      )
      assert.deepEqual(
        (await ctx.db.all(list, {})).map(({ text }) => text),
        ['kept'],
      )
    })

    test('commit with the last statement: in one round trip, which ends the transaction', async () => {
      const ctx = within(newId())
      const [a, b] = [newId(), newId()]
      await transaction(ctx, (ctx) => ctx.db.one(insert, { id: a, text: 'alone' }, { commit: true }))
      await assert.rejects(
        transaction(ctx, async (ctx) => {
          await ctx.db.one(find, { id: a })
          await ctx.db.one(insert, { id: b, text: 'last' }, { commit: true })
          await ctx.db.one(find, { id: b })
        }),
        /already been committed/,
      )
      assert.deepEqual(
        (await ctx.db.all(list, {})).map(({ text }) => text),
        ['alone', 'last'],
      )
    })

    test('a nested transaction joins the outer one and cannot commit it', async () => {
      const ctx = within(newId())
      await assert.rejects(
        transaction(ctx, async (outer) => {
          await transaction(outer, (inner) => inner.db.one(insert, { id: newId(), text: 'inner' }, { commit: true }))
          throw new Error('the outer one fails')
        }),
        /the outer one fails/,
      )
      assert.deepEqual(await ctx.db.all(list, {}), [])
    })

    test('events and what runs after the commit belong to the commit', async () => {
      const ctx = within(newId())
      const [committed, rolledBack] = [newId(), newId()]
      const ran: string[] = []
      wakes.length = 0
      await transaction(ctx, async (ctx) => {
        emit(ctx, Noted, { note_id: committed })
        ctx.afterCommit(() => void ran.push('committed'))
        await ctx.db.one(insert, { id: committed, text: 'committed' }, { commit: true })
      })
      await assert.rejects(
        transaction(ctx, async (ctx) => {
          emit(ctx, Noted, { note_id: rolledBack })
          ctx.afterCommit(() => void ran.push('rolled back'))
          await ctx.db.one(divide, { by: 0 }, { commit: true })
        }),
      )
      const ids = (await within(null).db.all(facts, { type: 'scope_test.noted' })).map(({ data }) => data.note_id)
      assert.deepEqual([ids.includes(committed), ids.includes(rolledBack)], [true, false])
      assert.deepEqual([ran, wakes.length], [['committed'], 1])
      assert.throws(() => emit(ctx, Noted, { note_id: committed }), /emit needs a transaction/)
    })

    test('a transaction in which nothing ran takes no connection', async () => {
      await withPool(1, async (pool) => {
        const holder = await pool.connect()
        assert.equal(await transaction(within(newId(), { pool }), async () => 'done'), 'done')
        holder.release()
      })
    })

    test('a connection killed in mid-query is a 503, and the pool recovers', async (t) => {
      if (database.kind === 'embedded') return t.skip('the embedded database has one session that cannot be ended')
      await withPool(2, async (pool) => {
        const ctx = within(newId(), { pool })
        const asleep = [ctx.db.one(sleep, {}), transaction(ctx, (ctx) => ctx.db.one(sleep, {}))]
        const refusals = Promise.all(
          asleep.map((query) => assert.rejects(query, (error) => error instanceof AppError && error.status === 503)),
        )
        const killed = new Set<number>()
        while (killed.size < 2) {
          const { rows } = await database.pool.query<{ pid: number }>(`
            select pid, pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and query like '%pg_sleep(50)%' and state = 'active' and pid <> pg_backend_pid()`)
          for (const { pid } of rows) killed.add(pid)
        }
        await refusals
        assert.deepEqual(await ctx.db.one(divide, { by: 2 }), { whole: 6 })
      })
    })

    test('a connection killed between two statements is a 503 too, and nothing was written', async (t) => {
      if (database.kind === 'embedded') return t.skip('the embedded database has one session that cannot be ended')
      await withPool(1, async (pool) => {
        const ctx = within(newId(), { pool })
        const lost = transaction(ctx, async (ctx) => {
          const { pid } = await ctx.db.one(backend, {})
          await ctx.db.one(insert, { id: newId(), text: 'lost' })
          await database.pool.query('select pg_terminate_backend($1)', [pid])
          for (;;) await ctx.db.one(divide, { by: 1 })
        })
        await assert.rejects(lost, (error) => error instanceof AppError && error.status === 503)
        assert.deepEqual(await ctx.db.all(list, {}), [])
      })
    })
  })
}
