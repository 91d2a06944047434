import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.join(import.meta.dirname, '../..')
const config = globSync(['config.ts', 'config/*.ts'], { cwd: path.join(root, 'server/src') })
  .map((file) => readFileSync(path.join(root, 'server/src', file), 'utf8'))
  .join('\n')
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')
const example = readFileSync(path.join(root, '.env.example'), 'utf8')

const sorted = (names: Iterable<string>) => [...new Set(names)].sort()
// A family of variables has a name of the operator's in it: `OIDC_${name}_ISSUER`, in the documents `OIDC_<NAME>_ISSUER`.
const inConfig = sorted(
  [...config.matchAll(/\benv\.([A-Z_0-9]+)|\(env, '([A-Z_0-9]+)'|(?:\(env, |env\[)`([A-Z_0-9${}name]+)`/g)].map(
    ([, dotted, named, family]) => (dotted ?? named ?? family?.replace('${name}', '<NAME>')) as string,
  ),
)
const rows = new Map(
  [...readme.matchAll(/^\| `([A-Z_0-9<>]+)` \| (.*?) ?\|/gm)].map(([, name, byDefault]) => [
    name as string,
    byDefault as string,
  ]),
)

test('the table in README.md has every variable that is read, and no other', () => {
  assert.deepEqual(sorted(rows.keys()), inConfig)
})

test('so has .env.example', () => {
  assert.deepEqual(sorted([...example.matchAll(/^# ?([A-Z_0-9<>]+)=/gm)].map(([, name]) => name as string)), inConfig)
})

test('the defaults in the table are those of the code', () => {
  const numbers = [...config.matchAll(/wholeNumber\(env, '([A-Z_0-9]+)', ([\d_]+)/g)]
  assert.ok(numbers.length > 5)
  for (const [, name, number] of numbers)
    assert.equal(rows.get(name as string), (number as string).replaceAll('_', ''), name)
})
