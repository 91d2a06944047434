import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { packDirectory } from './archive.ts'
import { DataDirInUse, lockDataDir } from './data-lock.ts'
import { openEmbeddedDatabase, type EmbeddedDatabase, type EmbeddedDatabaseOptions } from './embedded.ts'
import type { Log } from './engine.ts'
import { recoverEmbeddedDatabase } from './recover.ts'
import { POSTGRES_MAJOR } from './whole.ts'
import { until } from '../../../../test/until.ts'

interface LogLine {
  level: 'info' | 'warn'
  details: object
  message: string
}

function recordingLog(): Log & { lines: LogLine[] } {
  const lines: LogLine[] = []
  return {
    lines,
    info: (details, message) => lines.push({ level: 'info', details, message }),
    warn: (details, message) => lines.push({ level: 'warn', details, message }),
  }
}

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'embedded-test-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function open(
  t: TestContext,
  dataDir: string,
  options: Partial<EmbeddedDatabaseOptions> = {},
): Promise<{ database: EmbeddedDatabase; pool: pg.Pool; close(): Promise<void> }> {
  const database = await openEmbeddedDatabase({ dataDir, log: recordingLog(), ...options })
  const pool = new pg.Pool({ ...database.connection, max: 1 })
  pool.on('error', () => undefined) // a failed test leaves its pool to the database's end
  t.after(() => database.close())
  return {
    database,
    pool,
    async close() {
      await pool.end()
      await database.close()
    },
  }
}

async function numbers(pool: pg.Pool): Promise<number[]> {
  const { rows } = await pool.query<{ n: number }>('select n from facts order by n')
  return rows.map((row) => row.n)
}

/** Another process that opens the directory and prints what it did, a line each. */
function startWriter(t: TestContext, dataDir: string): { lines: AsyncIterator<string>; kill(): Promise<void> } {
  const script = fileURLToPath(new URL('./test-writer.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  return {
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('rows survive closing and opening again, in a directory only the owner can read', async (t) => {
  const dataDir = join(await temporaryDirectory(t), 'data')
  const first = await open(t, dataDir)
  await first.pool.query('create table facts (n int)')
  await first.pool.query('insert into facts values (1)')
  await first.close()
  assert.equal((await stat(dataDir)).mode & 0o777, 0o700)
  assert.ok(!existsSync(join(dataDir, 'lock.pid')), 'the lock is released on close')

  const second = await open(t, dataDir)
  assert.deepEqual(await numbers(second.pool), [1])
  await second.close()
})

test('commits are written through to the disk, and vectors, trigrams and the rest are there', async (t) => {
  const { pool, close } = await open(t, await temporaryDirectory(t))
  const settings = await pool.query(
    `select current_setting('fsync') as fsync, current_setting('wal_sync_method') as method`,
  )
  assert.deepEqual(settings.rows, [{ fsync: 'on', method: 'fsync' }])
  const version = await pool.query<{ server_version_num: string }>('show server_version_num')
  assert.equal(version.rows[0]?.server_version_num.slice(0, 2), POSTGRES_MAJOR)
  for (const name of ['vector', 'pg_trgm', 'unaccent', 'btree_gist', 'citext'])
    await pool.query(`create extension ${name}`)
  const { rows } = await pool.query(`select '[1,2,3]'::vector <-> '[1,2,5]' as distance, unaccent('Zoë') as name`)
  assert.deepEqual(rows, [{ distance: 2, name: 'Zoe' }])
  await close()
})

test('every acknowledged row survives kill -9, four times', async (t) => {
  const dataDir = await temporaryDirectory(t)
  let acknowledged = 0
  for (let round = 1; round <= 4; round++) {
    const writer = startWriter(t, dataDir)
    for (let line = 0; line < 20 + round; line++) acknowledged = Number((await writer.lines.next()).value)
    await writer.kill()
    for (;;) {
      const { value, done } = await writer.lines.next()
      if (done) break
      acknowledged = Number(value)
    }
  }
  const { pool, close } = await open(t, dataDir)
  const found = await numbers(pool)
  // The last row of a round may have been committed without its acknowledgement having got out.
  assert.deepEqual(
    found,
    found.map((_, index) => index + 1),
  )
  assert.ok(
    found.length >= acknowledged && found.length <= acknowledged + 1,
    `${found.length} rows, ${acknowledged} acknowledged`,
  )
  await close()
})

test('a second process is refused with the id of the holder; a dead holder loses the lock', async (t) => {
  const dataDir = await temporaryDirectory(t)
  const writer = startWriter(t, dataDir)
  await writer.lines.next()
  await assert.rejects(
    openEmbeddedDatabase({ dataDir, log: recordingLog() }),
    /is in use by process \d+ since 20.*Stop that process/,
  )
  await writer.kill()
  assert.ok(existsSync(join(dataDir, 'lock.pid')), 'the dead holder left its name behind')

  const heir = await open(t, dataDir)
  assert.ok((await numbers(heir.pool)).length > 0)
  await assert.rejects(
    openEmbeddedDatabase({ dataDir, log: recordingLog() }),
    new RegExp(`process ${process.pid} since`),
  )
  await heir.close()
})

test('a lock whose holder is gone is free, even when its process id lives on in another process', async (t) => {
  const dataDir = await temporaryDirectory(t)
  writeFileSync(join(dataDir, 'lock.pid'), `${process.ppid}\n2026-01-01T00:00:00.000Z\n`)
  const lock = lockDataDir(dataDir)
  assert.throws(() => lockDataDir(dataDir), DataDirInUse)
  lock.release()
  lockDataDir(dataDir).release()
})

test('a database that does not open is left unchanged; recovery replaces it by the newest snapshot and moves it to another directory', async (t) => {
  const dataDir = await temporaryDirectory(t)
  const first = await open(t, dataDir)
  await first.pool.query('create table facts (n int)')
  await first.pool.query('insert into facts select generate_series(1, 1000)')
  const writing = first.pool.query('insert into facts select generate_series(1001, 20000)') // while the snapshot is taken
  const path = await first.database.snapshot()
  await writing
  assert.equal(statSync(path).mode & 0o777, 0o600)
  await first.pool.query('insert into facts values (20001)')
  await first.close() // which takes another, as something was written
  assert.equal(readdirSync(join(dataDir, 'snapshots')).length, 2)

  truncateSync(join(dataDir, 'postgres/global/pg_control'), 100)
  const options = { dataDir, log: recordingLog() }
  await assert.rejects(openEmbeddedDatabase(options), /Nothing was changed\. .* npm run switchboard -- recover$/)
  assert.equal(statSync(join(dataDir, 'postgres/global/pg_control')).size, 100)
  const { brokenDir } = await recoverEmbeddedDatabase(options)
  assert.equal(statSync(join(brokenDir!, 'global/pg_control')).size, 100)
  const second = await open(t, dataDir)
  assert.equal((await numbers(second.pool)).at(-1), 20001)
  await second.close()
  await assert.rejects(recoverEmbeddedDatabase(options), /nothing to recover from/)
})

test('a damaged snapshot is passed over for the older one', async (t) => {
  const dataDir = await temporaryDirectory(t)
  const first = await open(t, dataDir)
  await first.pool.query('create table facts as select 1 as n')
  await first.database.snapshot()
  await first.pool.query('insert into facts values (2)')
  const newest = await first.database.snapshot()
  await first.close()
  truncateSync(newest, 5000)
  truncateSync(join(dataDir, 'postgres/global/pg_control'), 100)
  const log = recordingLog()
  await recoverEmbeddedDatabase({ dataDir, log })
  const second = await open(t, dataDir)
  assert.deepEqual(await numbers(second.pool), [1])
  assert.match(log.lines[0]?.message ?? '', /snapshot of the embedded database does not open/)
  await second.close()
})

test('a database that is gone, or a part of it, is missed: no new one takes its place', async (t) => {
  const dataDir = await temporaryDirectory(t)
  const first = await open(t, dataDir)
  await first.pool.query('create table facts as select 1 as n')
  await first.close()
  const cluster = join(dataDir, 'postgres')
  const movedAway = join(dataDir, 'moved-away')
  const options = { dataDir, log: recordingLog() }
  const losses: Record<string, () => void> = {
    'postgres is missing, and beside it there is snapshots': () => {},
    'postgres is empty, and beside it there is snapshots': () => mkdirSync(cluster),
    ...Object.fromEntries(
      ['PG_VERSION', 'base', 'global/pg_control', 'pg_wal', 'pg_xact'].map((part) => [
        `${part} is missing in `,
        () => {
          cpSync(movedAway, cluster, { recursive: true })
          rmSync(join(cluster, part), { recursive: true })
        },
      ]),
    ),
  }
  renameSync(cluster, movedAway)
  for (const [sentence, lose] of Object.entries(losses)) {
    rmSync(cluster, { recursive: true, force: true })
    lose()
    const snapshot = readdirSync(join(dataDir, 'snapshots')).sort().at(-1)!
    const before = existsSync(cluster) && readdirSync(cluster, { recursive: true }).length
    await assert.rejects(openEmbeddedDatabase(options), ({ message }: Error) => {
      assert.ok(message.includes(sentence), message)
      assert.ok(message.includes(snapshot) && message.endsWith('npm run switchboard -- recover'), message)
      return true
    })
    assert.equal(existsSync(cluster) && readdirSync(cluster, { recursive: true }).length, before)
  }
  // Whatever is missing; the last loss was a part of it, this one is all.
  for (const isGone of [false, true]) {
    if (isGone) rmSync(cluster, { recursive: true })
    await recoverEmbeddedDatabase(options)
    const { pool, close } = await open(t, dataDir)
    assert.deepEqual(await numbers(pool), [1])
    await close()
  }
})

for (const kept of ['files/a.wav', 'keys/encryption'])
  test(`beside ${kept} no new database is made: there was one, or it is in PostgreSQL`, async (t) => {
    const dataDir = await temporaryDirectory(t)
    mkdirSync(join(dataDir, dirname(kept)))
    writeFileSync(join(dataDir, kept), 'x')
    await assert.rejects(
      openEmbeddedDatabase({ dataDir, log: recordingLog() }),
      /is missing, and beside it there is (files|keys)\. .*DATABASE_URL.*Restore a backup/,
    )
    assert.ok(!existsSync(join(dataDir, 'postgres')))
  })

test('a broken database without a snapshot is left as it is', async (t) => {
  const dataDir = await temporaryDirectory(t)
  mkdirSync(join(dataDir, 'postgres'))
  writeFileSync(join(dataDir, 'postgres/PG_VERSION'), `${POSTGRES_MAJOR}\n`)
  await assert.rejects(
    openEmbeddedDatabase({ dataDir, log: recordingLog() }),
    /database is gone: base, .* is missing .* no snapshot .* Restore a backup/,
  )
  await assert.rejects(recoverEmbeddedDatabase({ dataDir, log: recordingLog() }), /No snapshot .* left as it was/)
  assert.ok(existsSync(join(dataDir, 'postgres/PG_VERSION')))
})

test('a new database is unpacked from its template, and is an empty one where no template is', async (t) => {
  const [dataDir, copyDir] = [await temporaryDirectory(t), await temporaryDirectory(t)]
  const template = () => join(copyDir, 'template.tar.zst')
  const original = await open(t, dataDir, { template })
  await original.pool.query('create table facts as select 1 as n')
  await original.close()
  await packDirectory(join(dataDir, 'postgres'), template())
  const copy = await open(t, copyDir, { template })
  assert.deepEqual(await numbers(copy.pool), [1])
  await copy.close()
})

test('a directory of another PostgreSQL is refused with what to do', async (t) => {
  const dataDir = await temporaryDirectory(t)
  mkdirSync(join(dataDir, 'postgres'))
  writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n')
  await assert.rejects(
    openEmbeddedDatabase({ dataDir, log: recordingLog() }),
    /made by PostgreSQL 17; .* embeds PostgreSQL 18\. Start the version that made it/,
  )
})

test('a failed engine rejects what is under way and is opened again, with what was committed', async (t) => {
  const dataDir = await temporaryDirectory(t)
  const log = recordingLog()
  const { database, pool, close } = await open(t, dataDir, { log })
  await pool.query('create table facts as select 1 as n')
  // PGlite exits when it has to read from the client inside a statement.
  await assert.rejects(pool.query('copy facts from stdin'))
  // Until this thread receives the message, new connections meet the end of the old engine.
  await until(
    'it answers again',
    () =>
      numbers(pool).then(
        () => true,
        () => false,
      ),
    60_000,
  )
  assert.deepEqual(await numbers(pool), [1])
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    [
      'The embedded database failed. It is being opened again.',
      'The embedded database was opened again, with everything that was committed.',
    ],
  )
  assert.ok(existsSync(await database.snapshot()))
  await close()
})

test('a long path to the data gets its socket elsewhere', async (t) => {
  const dataDir = join(await temporaryDirectory(t), 'a'.repeat(120))
  const { database, pool, close } = await open(t, dataDir)
  assert.ok(!database.connection.host.startsWith(dataDir))
  assert.equal((await stat(database.connection.host)).mode & 0o777, 0o700)
  assert.equal((await pool.query('select 1 as one')).rows[0].one, 1)
  await close()
  assert.ok(!existsSync(database.connection.host))
})
