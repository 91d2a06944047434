import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { maintenance, refreshStatistics } from './maintenance.ts'
import { openTestDatabase } from './test-database.ts'
import type { EmbeddedDatabase } from './embedded.ts'

let database: EmbeddedDatabase
let pool: pg.Pool

before(async () => {
  database = await openTestDatabase({
    key: 'wire-server.test 1',
    async prepare(connection) {
      const client = new pg.Client(connection)
      await client.connect()
      await client.query(`
        create role reader;
        create table things (id int primary key, owner text not null);
        insert into things values (1, 'ada'), (2, 'bob');
        grant select on things to reader;
        alter table things enable row level security;
        create policy own on things using (owner = current_setting('app.owner', true));`)
      await client.end()
    },
  })
  pool = new pg.Pool({ ...database.connection, max: 1 })
})

after(async () => {
  await pool.end()
  await database.close()
})

test('a failing statement rejects with its SQLSTATE, and the next one works', async () => {
  await assert.rejects(pool.query('select * from nowhere'), { code: '42P01' })
  await assert.rejects(pool.query('insert into things values ($1, $2)', [1, 'eve']), { code: '23505' })
  await assert.rejects(pool.query({ name: 'cast', text: 'select $1::int', values: ['x'] }), { code: '22P02' })
  assert.deepEqual((await pool.query({ name: 'cast', text: 'select $1::int as n', values: ['7'] })).rows, [{ n: 7 }])
})

test('two hundred queries at once are all answered, failing ones among them, while the main thread stays responsive', async () => {
  const lag = monitorEventLoopDelay({ resolution: 5 })
  lag.enable()
  const answers = await Promise.allSettled(
    Array.from({ length: 200 }, (_, n) =>
      pool.query({ name: 'divide', text: 'select 100 / $1::int as quotient', values: [n % 10] }),
    ),
  )
  lag.disable()
  assert.equal(answers.filter((answer) => answer.status === 'rejected').length, 20)
  assert.equal(answers.filter((answer) => answer.status === 'fulfilled').length, 180)
  // PGlite on this thread starves timers until the last query is answered; in its own, they keep firing.
  assert.ok(lag.count > 0)
})

test('a role taken for a transaction sees only its rows and is gone afterwards', async () => {
  const client = await pool.connect()
  try {
    await client.query(`begin; select set_config('role', 'reader', true), set_config('app.owner', 'ada', true)`)
    assert.deepEqual((await client.query('select id from things')).rows, [{ id: 1 }])
    await client.query('commit')
    assert.equal((await client.query('select id from things')).rowCount, 2)
  } finally {
    client.release()
  }
})

test('a new connection starts clean: no prepared statement, role, setting or transaction of the one before', async () => {
  const named = { name: 'count things', text: 'select count(*)::int as n from things' }
  const connection = { ...database.connection, max: 1 }
  for (let round = 0; round < 3; round++) {
    const visitors = new pg.Pool(connection)
    await pool.end()
    assert.deepEqual((await visitors.query(named)).rows, [{ n: 2 }])
    await visitors
      .query('set role reader; begin; create temp table left_behind (n int)')
      .catch((error: pg.DatabaseError) => error.code)
    await visitors.end()
    pool = new pg.Pool(connection)
  }
})

test('a second client waits for the first to leave', async () => {
  const order: string[] = []
  const first = await pool.connect()
  const second = new pg.Client(database.connection)
  const connected = second.connect().then(() => order.push('second connected'))
  await first.query('select 1')
  order.push('first done')
  first.release(true) // ends the connection
  await connected
  assert.deepEqual(order, ['first done', 'second connected'])
  assert.deepEqual((await second.query('select 1 as one')).rows, [{ one: 1 }])
  await second.end()
})

test('a client that vanishes inside a transaction leaves nothing open', async () => {
  const client = await pool.connect()
  await client.query('begin; insert into things values (3, $$eve$$)')
  client.release(new Error('the connection is lost'))
  assert.equal((await pool.query('select id from things where id = 3')).rowCount, 0)
})

test('large values pass in both directions', async () => {
  const text = 'é'.repeat(2_000_000)
  const { rows } = await pool.query<{ back: string }>('select $1::text as back', [text])
  assert.equal(rows[0]?.back.length, text.length)
})

test('tables that have grown are analysed, and once is enough', async () => {
  await pool.query('create table grown as select n from generate_series(1, 500) n')
  const analyse = () => refreshStatistics((sql) => pool.query(sql))
  assert.ok((await analyse()).includes('public.grown'))
  assert.ok(!(await analyse()).includes('public.grown'))
  const { rows } = await pool.query("select reltuples from pg_class where oid = 'grown'::regclass")
  assert.equal(Number(rows[0]?.reltuples), 500)
})

test('maintenance vacuums the tables that changed, and then has nothing left to do', async () => {
  await pool.query('create table busy as select n from generate_series(1, 5000) n; update busy set n = n + 1')
  const names = await maintenance((sql) => pool.query(sql))
  assert.ok(names.includes('public.busy'), names.join())
  const again = await maintenance((sql) => pool.query(sql))
  assert.ok(!again.includes('public.busy'), again.join())
})
