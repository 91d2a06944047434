import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { examine } from '../commands/doctor/examine.ts'
import { misspelt, readConfig } from '../config.ts'
import { ConfigError, type Environment } from './values.ts'

const DATA_DIR = mkdtempSync(path.join(tmpdir(), 'switchboard-'))
const file = path.join(DATA_DIR, 'a-file')
writeFileSync(file, '')

function sentence(env: Environment): string {
  try {
    readConfig({ DATA_DIR, ...env })
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.message
  }
  return 'taken'
}

test('a setting that cannot be used is refused by a sentence that names it, at the start and by the doctor', async () => {
  for (const env of [
    { PUBLIC_URL: 'calls.example.com' },
    { PUBLIC_URL: 'ftp://calls.example.com' },
    { DATABASE_URL: 'mysql://user:secret@localhost/calls' },
    { DATABASE_URL: 'localhost:5432' },
    { DATA_DIR: file },
    { DATA_DIR: path.join(file, 'data') },
    { TRUST_PROXY: 'maybe' },
    { TRUST_PROXY: '11' },
    { TRUST_PROXY: '10.0.0.0/40' },
    { TRUST_PROXY: 'proxy.example.com' },
  ]) {
    const [name = ''] = Object.keys(env)
    const said = sentence(env)
    assert.ok(said.startsWith(name), said)
    assert.doesNotMatch(said, /secret/)
    const [finding] = await examine({ DATA_DIR, ...env })
    assert.deepEqual([finding?.status, finding?.message], ['failed', said])
  }
})

test('TRUST_PROXY takes a switch, a number of proxies, addresses and networks', () => {
  const read = (TRUST_PROXY: string) => readConfig({ DATA_DIR, TRUST_PROXY }).trustProxy
  assert.deepEqual(['', 'off', 'no', 'FALSE', '0'].map(read), [false, false, false, false, false])
  assert.deepEqual(['on', 'Yes', 'true', '1', '2'].map(read), [1, 1, 1, 1, 2])
  assert.equal(read('127.0.0.1, 10.0.0.0/8, ::1'), '127.0.0.1,10.0.0.0/8,::1')
  assert.equal(read('loopback'), 'loopback')
})

test('a variable that is almost a setting is told apart from those of others', () => {
  const env = {
    DATA_DIR,
    CORS_ORIGIN: 'https://a.example',
    DATABASE_URI: 'x',
    PATH: '/bin',
    LOGNAME: 'ana',
    PORTS: '1',
  }
  assert.deepEqual(misspelt(env), [
    'CORS_ORIGIN is not a setting. Did you mean CORS_ORIGINS?',
    'DATABASE_URI is not a setting. Did you mean DATABASE_URL?',
  ])
  assert.deepEqual(misspelt({ DATA_DIR, CORS_ORIGINS: 'https://a.example', PUBLIC_URL: 'https://b.example' }), [])
})
