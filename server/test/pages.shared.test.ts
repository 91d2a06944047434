import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from './server.ts'

const server = await sharedTestServer()

test('a person who opens the address learns what it is and where to read on', async () => {
  const { status, headers, text } = await server.anyone.get('/')
  assert.equal(status, 200)
  assert.match(headers.get('content-type') ?? '', /text\/html/)
  assert.match(text, /<a href="\/docs">/)
  assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/)
})

test('/docs says how to sign in, page, be refused and listen, before the operations', async () => {
  const { text } = await server.anyone.get('/docs')
  const [guide = ''] = text.split('<section id="section-')
  for (const word of ['next_cursor', 'X-Workspace-Id', 'Idempotency-Key', 'RateLimit', 'WebSocket', 'invalid_input'])
    assert.ok(guide.includes(word), word)
  // Every heading that the contents lead to is there.
  for (const [, id] of text.matchAll(/<a href="#(about-[\w-]+)">/g)) assert.ok(text.includes(`id="${id}"`), id)
})

test('signing up answers the token where signing in does', async () => {
  const account = { email: 'pages@example.com', password: 'correct horse battery' }
  const up = await server.anyone.post('/api/auth/signup', account)
  const into = await server.anyone.post('/api/auth/login', account)
  for (const { body } of [up, into]) {
    assert.equal(body.access_token, body.session.access_token)
    assert.equal(body.token, body.access_token)
    assert.ok(body.refresh_token)
  }
})
