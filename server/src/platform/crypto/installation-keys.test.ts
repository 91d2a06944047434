import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { openTestDatabase } from '../../../test/database.ts'
import { readConfig } from '../../config.ts'
import { createLog } from '../log.ts'
import { acceptKeys, admitKeys, findForeignKeys, forgetKeys } from './installation-keys.ts'

const dataDir = mkdtempSync(path.join(tmpdir(), 'switchboard-keys-'))
const { pool, close } = await openTestDatabase(readConfig({ DATA_DIR: dataDir }), createLog('silent'))
after(async () => {
  await close()
  rmSync(dataDir, { recursive: true })
})

const key = (name: string) => `${name}:${randomBytes(32).toString('base64')}`
const [first, second, third, tokens] = [key('k1'), key('k2'), key('k3'), key('t1')]
const node = (...encryption: string[]) =>
  readConfig({ DATA_DIR: dataDir, ENCRYPTION_KEYS: encryption.join(','), JWT_KEYS: tokens })

test('the first node’s keys are the installation’s; a node with other keys is refused with an instruction', async () => {
  await forgetKeys(pool)
  await admitKeys(pool, node(first))
  await admitKeys(pool, node(first))
  await assert.rejects(
    admitKeys(pool, node(second)),
    /ENCRYPTION_KEYS are not those of this database.*"k1".*keys accept/,
  )
  const [sentence] = await findForeignKeys(
    pool,
    readConfig({ DATA_DIR: dataDir, ENCRYPTION_KEYS: first, JWT_KEYS: key('t1') }),
  )
  assert.match(sentence ?? '', /token keys in JWT_KEYS are not those/)
})

test('a new key goes behind the old one, then before it, and the old one goes', async () => {
  await forgetKeys(pool)
  for (const keys of [[first], [first, second], [second, first], [first, second], [second, first], [second]])
    await admitKeys(pool, node(...keys))
  await assert.rejects(admitKeys(pool, node(first)), /not those/, 'It could not read what the others seal.')
  await assert.rejects(admitKeys(pool, node(third, first)), /not those/)
})

test('missing keys are reported, and made again only when the operator says that they are lost', async () => {
  await forgetKeys(pool)
  const config = readConfig({ DATA_DIR: dataDir })
  await admitKeys(pool, config)
  await admitKeys(pool, config)
  rmSync(path.join(dataDir, 'keys'), { recursive: true })
  await assert.rejects(admitKeys(pool, config), /encryption keys are gone: there is no .+keys\/encryption/)
  assert.ok(!existsSync(path.join(dataDir, 'keys')))
  await acceptKeys(pool, config)
  await admitKeys(pool, config)
})

test('of two nodes that start first at the same time with different keys one is refused', async () => {
  await forgetKeys(pool)
  const outcomes = await Promise.allSettled([admitKeys(pool, node(first)), admitKeys(pool, node(second))])
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('the stored check reveals nothing about the key', async () => {
  await forgetKeys(pool)
  await admitKeys(pool, node(first))
  const kept = JSON.stringify((await pool.query('select * from platform.installation_keys')).rows)
  const bytes = Buffer.from(first.slice(3), 'base64')
  for (const form of ['hex', 'base64', 'base64url'] as const)
    assert.ok(!kept.includes(bytes.toString(form).slice(0, 6)), form)
})
