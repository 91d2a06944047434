import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyIn, operationsOf, pathIn } from './operations.ts'
import { routeTables } from '../src/modules.ts'
import { startTestServer } from './server.ts'
import { createFixture } from './fixture.ts'

// What a request with an Idempotency-Key leaves in the database is a response that can be repeated. Some hold a token of
// which only the hash is stored, so none may be readable there.

const server = await startTestServer()
const fixture = await createFixture(server)
const { pool } = server.app.services.connections

test('the token of an invitation is repeated to its sender and stands nowhere in clear', async () => {
  const invite = () =>
    fixture.owner.post(
      `/api/workspaces/${fixture.owner.workspaceId}/invitations`,
      { email: 'once@example.com', role: 'agent' },
      { 'idempotency-key': 'invite once' },
    )
  const first = await invite()
  assert.ok(first.body.token.length > 20, first.text)
  assert.equal((await invite()).text, first.text)
  const { rows } = await pool.query('select answer from platform.idempotency_keys where key = $1', ['invite once'])
  assert.ok(rows[0].answer.startsWith('v1.'))
  assert.ok(!rows[0].answer.includes(first.body.token))
})

test('no stored response of any operation can be read in the database', async () => {
  const longWords = new Set<string>()
  const responses: number[] = []
  for (const { id, route } of operationsOf(routeTables)) {
    // Those under /auth end sessions, and store nothing.
    if (route.method !== 'POST' || route.upload || route.path.includes('/auth/')) continue
    const { status, text } = await fixture.owner.post(pathIn(fixture, route), bodyIn(fixture, route), {
      'idempotency-key': `stored ${id}`,
    })
    responses.push(status)
    for (const word of text.match(/[\w-]{20,}/g) ?? []) longWords.add(word)
  }
  const { rows } = await pool.query('select key, answer from platform.idempotency_keys where answer is not null')
  assert.ok(rows.length > 50, `${rows.length} are stored; the statuses were ${responses.join(' ')}`)
  for (const { key, answer } of rows) {
    assert.ok(answer.startsWith('v1.'), key)
    for (const word of longWords) assert.ok(!answer.includes(word), `${key}: ${word}`)
  }
})
