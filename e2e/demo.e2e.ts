import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const main = fileURLToPath(new URL('../server/src/main.js', import.meta.url))

interface Outcome {
  exact: boolean
  results: { what: string; expected: number; counted: number }[]
}

test('the demo calls its 50 people, and every count matches the script', async () => {
  const args = ['--disable-warning=ExperimentalWarning', main, 'demo', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { exact, results } = JSON.parse(stdout) as Outcome
  assert.ok(exact)
  assert.ok(results.length > 10)
  for (const { what, expected, counted } of results) assert.equal(counted, expected, what)
})
