import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { routeTables } from '../src/modules.ts'
import { type Access, type Role, roles, type Scope, scopes } from '../src/platform/access.ts'
import type { Route } from '../src/platform/http/route.ts'
import { createClient, type TestClient } from './client.ts'
import { bodyIn, operationsOf, pathIn, queryIn } from './operations.ts'
import { type SignedUp, startTestServer } from './server.ts'
import { createFixture, type Fixture } from './fixture.ts'

// Whatever is sent to an operation by a caller who may not use it: the response is that refusal, and nothing else, even
// where the handler would answer without looking into the database.

const server = await startTestServer()
const fixture = await createFixture(server)
// What is let in by mistake finds nothing to destroy.
const unknownIds: Fixture = {
  ...fixture,
  ids: {
    ...Object.fromEntries(Object.keys(fixture.ids).map((kind) => [kind, '0199ffff-ffff-7fff-bfff-ffffffffffff'])),
    workspaces: fixture.owner.workspaceId,
    shops: fixture.owner.workspaceId,
    integrations: 'facebook',
  },
}
const members = new Map<Role, SignedUp>()
for (const role of roles) if (role !== 'owner') members.set(role, await server.addMember(fixture.owner, role))
const ended = await server.addMember(fixture.owner, 'admin')
await ended.post('/api/auth/logout')

const keyWith = async (scope: Scope) => {
  const { body } = await fixture.owner.post('/api/api-keys', { name: scope, scopes: [scope] })
  return createClient(server.url, { 'x-api-key': body.key })
}
const keyThatReadsContacts = await keyWith('contacts:read')
const keyThatReadsFiles = await keyWith('files:read')
const madeUpKey = createClient(server.url, { 'x-api-key': 'sb_live_nonsense' })

/** The callers without permission for an operation with this access, and the expected status. */
function strangersTo(access: Access): [name: string, caller: TestClient, status: number][] {
  const allowed: readonly Role[] = access === 'admin' || access === 'user' ? [] : scopes[access as Scope]
  const otherRole = access === 'user' ? undefined : [...members].find(([role]) => !allowed.includes(role))
  return [
    ['a made-up API key', madeUpKey, 401],
    ['an ended session', ended, 401],
    ['an API key without the scope', access === 'contacts:read' ? keyThatReadsFiles : keyThatReadsContacts, 403],
    ...(otherRole ? [[`a member who is ${otherRole[0]}`, otherRole[1], 403] as [string, TestClient, number]] : []),
  ]
}

interface Sent {
  path: string
  body?: unknown
  headers?: Record<string, string>
}

function everythingSentTo(route: Route): Record<string, Sent> {
  const path = pathIn(unknownIds, route)
  const body = bodyIn(unknownIds, route)
  const fields = Object.keys((route.query as z.ZodObject | undefined)?.shape ?? {})
  const query = (value: string) => `?${fields.map((field) => `${field}=${encodeURIComponent(value)}`).join('&')}`
  return {
    'the example': { path: path + queryIn(unknownIds, route), body },
    'punctuation and unknown fields': {
      path: `${path}${query('!!!')}&unheard_of=1`,
      body: route.body && { unheard_of: 1 },
    },
    ...(fields.length > 0 && {
      'empty strings': { path: path + query(''), body },
      // Together no more than the limit of a request's headers, 16 KiB.
      'what is too long': { path: path + query('a'.repeat(Math.min(1_000, Math.floor(10_000 / fields.length)))), body },
    }),
    'malformed ids': { path: route.path.replace(/:\w+/g, 'x'), body, headers: { 'x-workspace-id': 'x' } },
    ...(route.method !== 'GET' && {
      'a body that is not JSON': { path, body: '{"', headers: { 'content-type': 'application/json' } },
    }),
  }
}

for (const { id, route } of operationsOf(routeTables)) {
  if (route.access === 'public' || route.hidden) continue
  test(`${id} (${route.access}) refuses callers who may not use it, whatever they send`, async () => {
    for (const [name, caller, status] of strangersTo(route.access)) {
      for (const [what, { path, body, headers }] of Object.entries(everythingSentTo(route))) {
        const answer = await caller.request(route.method, path, body, headers)
        assert.equal(answer.status, status, `${name}, ${what}: ${answer.status} ${answer.text}`)
      }
      if (route.kind !== 'read' || route.method !== 'GET') continue
      const head = await caller.request('HEAD', pathIn(unknownIds, route))
      assert.equal(head.status, status, `HEAD, ${name}: ${head.status}`)
    }
  })
}

test('what is replayed is replayed to those who may still do it', async () => {
  const manager = await server.addMember(fixture.owner, 'admin')
  const send = () => manager.post('/api/contact-lists', { name: 'Once' }, { 'idempotency-key': 'authorisation' })
  assert.equal((await send()).status, 201)
  assert.equal((await send()).headers.get('idempotency-replayed'), 'true')
  await fixture.owner.patch(`/api/workspaces/${fixture.owner.workspaceId}/members/${manager.userId}`, {
    role: 'operations',
  })
  assert.equal((await send()).status, 403)
  await manager.post('/api/auth/logout')
  assert.equal((await send()).status, 401)
})
