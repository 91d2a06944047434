import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { openTestDatabase } from '../../../test/database.ts'
import { readConfig } from '../../config.ts'
import { createLog } from '../log.ts'
import { migrate } from './migrate.ts'

const config = readConfig({ DATA_DIR: path.join(tmpdir(), 'switchboard-migrate') })
const { pool, close } = await openTestDatabase(config, createLog('silent'))
after(close)

test('a database that a newer version has changed is left to it', async () => {
  await pool.query(`insert into migrations.applied (name, hash) values ('9999_of_tomorrow.sql', 'x')`)
  await assert.rejects(migrate(pool), /newer version .* 9999_of_tomorrow\.sql, .* backup from before/)
  await pool.query(`delete from migrations.applied where name = '9999_of_tomorrow.sql'`)
  assert.deepEqual(await migrate(pool), [])
})

test('what was applied is not applied again, and must not have changed since', async () => {
  const { rows } = await pool.query<{ name: string }>('select name from migrations.applied order by name')
  assert.deepEqual(await migrate(pool), [])
  const [{ name }] = rows as [{ name: string }]
  await pool.query("update migrations.applied set hash = 'another' where name = $1", [name])
  await assert.rejects(migrate(pool), {
    message: `Migration ${name} has been changed after it was applied. Add a new one instead.`,
  })
})
