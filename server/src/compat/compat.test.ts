import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { routeTables } from '../modules.ts'
import { type TestClient, createClient } from '../../test/client.ts'
import { startTestServer } from '../../test/server.ts'
import { adapt } from './adapt.ts'
import { composite } from './composite.ts'
import { type FrontEnd, compatibilityTables } from './front-end.ts'

const people: FrontEnd = {
  name: 'people',
  title: 'People',
  passes: ['getContact'],
  adapted: {
    addPerson: adapt({
      operation: 'createContact',
      path: '/api/people',
      body: z.object({ person: z.object({ fullName: z.string() }) }),
      example: { person: { fullName: 'Ana' } },
      toRequest: ({ body }) => ({ body: { first_name: body.person.fullName } }),
      response: z.object({ person: z.object({ id: z.string(), fullName: z.string() }) }),
      toResponse: ({ id, first_name }) => ({ person: { id, fullName: first_name } }),
    }),
    overview: composite({
      kind: 'read',
      method: 'GET',
      path: '/api/overview',
      access: 'contact-lists:read',
      summary: 'Contacts and campaigns',
      operations: ['listContacts', 'listCampaigns'],
      response: z.object({ people: z.number(), campaigns: z.number() }),
      async handler(call) {
        const [contacts, campaigns] = await Promise.all([call('listContacts'), call('listCampaigns')])
        return { people: contacts.data.length, campaigns: campaigns.data.length }
      },
    }),
  },
}

const server = await startTestServer({}, null, { frontEnds: [people] })
const owner = await server.signUp()

async function clientWith(...scopes: string[]): Promise<TestClient> {
  const { status, body, text } = await owner.post('/api/api-keys', { name: scopes.join(), scopes })
  assert.equal(status, 201, text)
  return createClient(server.url, { 'x-api-key': body.key })
}

test('an operation is served under the prefix of the front-end, as it is', async () => {
  const { body } = await owner.post('/api/contacts', { first_name: 'Ana' })
  const found = await owner.get(`/compat/people/api/contacts/${body.id}`)
  assert.deepEqual(found.body, (await owner.get(`/api/contacts/${body.id}`)).body)
  assert.equal((await server.anyone.get(`/compat/people/api/contacts/${body.id}`)).status, 401)
})

test('names are translated before the operation and after it', async () => {
  const { status, body, headers } = await owner.post('/compat/people/api/people', {
    person: { fullName: 'Ben', shade: 'dark' },
  })
  assert.equal(status, 201)
  assert.equal(body.person.fullName, 'Ben')
  assert.deepEqual(Object.keys(body.person), ['id', 'fullName'])
  assert.equal(headers.get('x-ignored-fields'), 'body.person.shade')
  assert.equal((await owner.get(`/api/contacts/${body.person.id}`)).body.first_name, 'Ben')
})

test('a repeated request with an Idempotency-Key is answered in the words of the front-end', async () => {
  const send = () =>
    owner.post('/compat/people/api/people', { person: { fullName: 'Cara' } }, { 'idempotency-key': 'one person' })
  const [first, second] = [await send(), await send()]
  assert.equal(second.headers.get('idempotency-replayed'), 'true')
  assert.deepEqual(second.body, first.body)
})

test('the operation checks what the adaptation made of the request', async () => {
  const refused = await owner.post('/compat/people/api/people', { person: { fullName: 'a'.repeat(10_000) } })
  assert.equal(refused.status, 400)
  assert.equal(refused.body.details[0].path, 'body.first_name')
})

test('each operation that a request calls checks its own scope', async () => {
  const all = await clientWith('contact-lists:read', 'contacts:read', 'campaigns:read')
  assert.deepEqual((await all.get('/compat/people/api/overview')).body, { people: 3, campaigns: 0 })
  const some = await clientWith('contact-lists:read', 'contacts:read')
  assert.equal((await some.get('/compat/people/api/overview')).status, 403)
})

test('other requests of a front-end are not there', async () => {
  assert.equal((await owner.get('/compat/people/api/contacts')).status, 404)
})

test('a reference to an operation that does not exist stops the start', () => {
  assert.throws(() => compatibilityTables([{ ...people, passes: ['getNobody'] }], routeTables), /getNobody/)
})
