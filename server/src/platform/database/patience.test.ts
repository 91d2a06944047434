import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { until } from '../../../test/until.ts'
import { createApp } from '../../app.ts'
import { readConfig } from '../../config.ts'
import { badRequest } from '../errors.ts'
import { createLog } from '../log.ts'
import { openDatabase } from './open.ts'
import { withPatience } from './patience.ts'

test('a start during which requests keep the only connection goes on when they let go', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'switchboard-'))
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' })
  const lines: string[] = []
  const log = createLog(config.logLevel, { write: (line) => void lines.push(line) })
  const database = await openDatabase(config, log)
  const app = await createApp({ config, log, database })
  try {
    const request = await database.pool.connect()
    Object.assign(database, { waitMs: 50 })
    database.pool.options.connectionTimeoutMillis = 50
    const started = app.work()
    const waits = () => lines.some((line) => line.includes('The database is busy'))
    try {
      await Promise.race([started, until('the start to wait', async () => waits(), 60_000)])
    } finally {
      database.pool.options.connectionTimeoutMillis = 60_000
      Object.assign(database, { waitMs: 60_000 })
      request.release()
    }
    await started
    assert.ok(waits())
  } finally {
    await app.close()
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('what patience does not help is thrown at once', async () => {
  let tries = 0
  const broken = () => {
    tries++
    throw badRequest('broken', 'This never works.')
  }
  await assert.rejects(withPatience(createLog('silent'), broken), { code: 'broken' })
  assert.equal(tries, 1)
})
