import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestServer } from '../../../test/server.ts'

// Alone: it holds all connections to the database.
const server = await startTestServer({ DATABASE_POOL_SIZE: '2' })
const ready = async () => {
  const response = await fetch(`${server.url}/readyz`, { signal: AbortSignal.timeout(30_000) })
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() }
}

test('readiness is answered while the database is held up, and again when it is not', async (t) => {
  assert.equal((await ready()).status, 200)
  const { pool } = server.app.services.connections
  const held = await Promise.all(Array.from({ length: pool.options.max ?? 1 }, () => pool.connect()))
  t.after(() => held.forEach((client) => client.release()))
  // The pool itself would let a question wait for a minute.
  const answers = await Promise.all([ready(), ready(), ready(), ready()])
  for (const { status, retryAfter, body } of answers) {
    assert.deepEqual([status, retryAfter], [503, '5'])
    assert.match(JSON.stringify(body), /The database does not respond at the moment\./)
  }
  for (const client of held.splice(0)) client.release()
  assert.equal((await ready()).status, 200)
})
