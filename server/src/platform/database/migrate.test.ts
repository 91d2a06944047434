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

test('what was applied is not applied again, and must not have changed since', async () => {
  const { rows } = await pool.query<{ name: string }>('select name from migrations.applied order by name')
  assert.deepEqual(await migrate(pool), [])
  const [{ name }] = rows as [{ name: string }]
  await pool.query("update migrations.applied set hash = 'another' where name = $1", [name])
  await assert.rejects(migrate(pool), {
    message: `Migration ${name} has been changed after it was applied. Add a new one instead.`,
  })
})
