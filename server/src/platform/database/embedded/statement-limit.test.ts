import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { readConfig } from '../../../config.ts'
import type { AppError } from '../../errors.ts'
import { createLog } from '../../log.ts'
import { databaseError } from '../errors.ts'
import { type OpenDatabase, openDatabase } from '../open.ts'

const dataDir = await mkdtemp(path.join(tmpdir(), 'switchboard-limit-'))
const logLines: string[] = []
let database: OpenDatabase

before(async () => {
  database = await openDatabase(
    readConfig({ DATA_DIR: dataDir, DATABASE_POOL_TIMEOUT_MS: '60000' }),
    createLog('info', { write: (line) => void logLines.push(line) }),
  )
  await database.pool.query('create table facts (n int primary key)')
})
after(async () => {
  await database.close()
  await rm(dataDir, { recursive: true })
})

const query = (text: string, values?: unknown[]) => database.pool.query({ text, ...(values && { values }) })
const endless = 'select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b'
/** Runs for minutes without checking PostgreSQL's cancel flags. */
const deaf = `select repeat('a', 2000000) like '%' || repeat('a', 200000) || 'b'`

test('the settings of the pool are those of the session', async () => {
  const { rows } = await query(
    `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock, current_setting('TimeZone') as zone`,
  )
  assert.deepEqual(rows, [{ statement: '5s', lock: '2s', zone: 'UTC' }])
})

test('a statement that runs for more than five seconds is ended, and nothing else is', async () => {
  const client = await database.pool.connect()
  await client.query('create temp table mark ()')
  await client.query('insert into facts values (1)')
  await assert.rejects(client.query(endless), { code: '57014' })
  await client.query('insert into facts values (2)')
  assert.equal((await client.query('select * from mark')).rowCount, 0, 'the same session')
  client.release()
  assert.deepEqual(logLines, [])
})

test('a transaction that was ended in one leaves nothing behind', async () => {
  const client = await database.pool.connect()
  await client.query('begin')
  await client.query('insert into facts values (100)')
  await assert.rejects(client.query(endless), { code: '57014' })
  await client.query('rollback')
  client.release()
  assert.deepEqual((await query('select n from facts where n >= 100')).rows, [])
})

test('a longer or no limit counts as it is set, in the statement that it stands before too', async () => {
  // Some seconds of work: more than the one limit, less than the other.
  const someSeconds = 'select count(*) from generate_series(1, 3000) a, generate_series(1, 3000) b'
  const client = await database.pool.connect()
  await client.query(`set statement_timeout = '300ms'`)
  await assert.rejects(client.query(endless), { code: '57014' })
  await client.query(`set statement_timeout = 0`)
  assert.equal((await client.query(someSeconds)).rows[0].count, 9_000_000)
  await client.query('reset statement_timeout')
  await client.query(`set statement_timeout = '5s'`)
  client.release()
})

test('one that cannot be cancelled takes its thread along; acknowledged writes are there, and the others wait', async () => {
  await query('insert into facts values (200)')
  const slow = query(deaf).catch((error: unknown) => databaseError(error))
  const waiting = query('insert into facts values (201)')
  const error = (await slow) as AppError
  assert.match(error.message, /^This took longer than 5 s and was ended\./)
  assert.deepEqual([error.status, error.retryAfterSeconds], [503, 5])
  await waiting
  assert.deepEqual(
    (await query('select n from facts where n >= 200 order by n')).rows.map(({ n }) => n),
    [200, 201],
  )
  assert.equal((await query('show statement_timeout')).rows[0].statement_timeout, '5s')
  assert.deepEqual(
    logLines.map((line) => (JSON.parse(line) as { msg: string }).msg),
    [
      'The embedded database failed. It is being opened again.',
      'The embedded database was opened again, with everything that was committed.',
    ],
  )
})
