import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { errorCodes } from '../src/platform/http/reference/error-codes.ts'

const root = fileURLToPath(new URL('../src', import.meta.url))

/** Finds the calls that create errors: `new AppError(409, 'code', …)`, `badRequest('code', …)`, `conflict('code', …)`. */
const makes = /AppError\(\s*(?:[\w.]+),\s*'([a-z_]+)'|(?:badRequest|conflict)\(\s*'([a-z_]+)'|code: '([a-z]+_[a-z_]+)'/g

test('the page about the API lists every code of an error, and no other', () => {
  const files = globSync('**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  const made = new Set(
    files.flatMap((file) =>
      [...readFileSync(`${root}/${file}`, 'utf8').matchAll(makes)].map(([, a, b, c]) => a ?? b ?? c ?? ''),
    ),
  )
  assert.deepEqual([...made].toSorted(), [...new Set(errorCodes.map(([code]) => code))].toSorted())
})
