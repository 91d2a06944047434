import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { loadKeys } from './key-files.ts'
import { createSecrets } from './secrets.ts'

const key = (name: string) => ({ name, key: randomBytes(32) })

test('a sealed value opens in its place only', () => {
  const secrets = createSecrets([key('a')])
  const sealed = secrets.seal('hunter2', 'telephony.sip_providers/password/1')
  assert.ok(!sealed.includes('hunter2'))
  assert.notEqual(sealed, secrets.seal('hunter2', 'telephony.sip_providers/password/1'))
  assert.equal(secrets.open(sealed, 'telephony.sip_providers/password/1'), 'hunter2')
  assert.throws(() => secrets.open(sealed, 'telephony.sip_providers/password/2'))
})

test('any changed bit is noticed', () => {
  const secrets = createSecrets([key('a')])
  const sealed = secrets.seal('hunter2', 'place')
  const [form, name, wrapped, content] = sealed.split('.') as [string, string, string, string]
  for (const [index, part] of [wrapped, content].entries()) {
    const bytes = Buffer.from(part, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 5) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      const parts = [wrapped, content].with(index, changed.toString('base64url'))
      assert.throws(() => secrets.open([form, name, ...parts].join('.'), 'place'))
    }
  }
})

test('keys are changed by putting a new one in front', () => {
  const [old, fresh] = [key('old'), key('fresh')]
  const sealed = createSecrets([old]).seal('hunter2', 'place')
  const both = createSecrets([fresh, old])
  assert.equal(both.open(sealed, 'place'), 'hunter2')
  assert.ok(!both.isCurrent(sealed))
  assert.ok(both.isCurrent(both.seal('x', 'place')))
  assert.throws(() => createSecrets([fresh]).open(sealed, 'place'), /old is not among ENCRYPTION_KEYS/)
})

test('a key is generated once, for our eyes only; weak ones are refused', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [first] = loadKeys(null, folder, 'encryption', 'ENCRYPTION_KEYS')
  assert.deepEqual(loadKeys(null, folder, 'encryption', 'ENCRYPTION_KEYS'), [first])
  assert.equal(statSync(path.join(folder, 'keys/encryption')).mode & 0o777, 0o600)
  assert.match(readFileSync(path.join(folder, 'keys/encryption'), 'utf8'), /^k1:/)
  assert.throws(() => loadKeys('k:c2hvcnQ=', folder, 'x', 'ENCRYPTION_KEYS'), /ENCRYPTION_KEYS must be/)
  assert.throws(
    () => loadKeys(`k:${Buffer.alloc(32).toString('base64')}`, folder, 'x', 'ENCRYPTION_KEYS'),
    /not random/,
  )
})
