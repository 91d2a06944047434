import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createClient } from '../../../test/client.ts'
import { startTestServer } from '../../../test/server.ts'
import { statement } from '../../platform/database/statement.ts'
import { publicReader } from '../../platform/public-reader.ts'
import { serverContext } from '../../platform/services.ts'

// The server needs the id of the public workspace when it starts, so the workspace is created with that id afterwards.
const publicId = '0199bbbb-0000-7000-8000-00000000abcd'
const server = await startTestServer({ PUBLIC_WORKSPACE_ID: publicId })
const ana = await server.signUp()
const { pool } = server.app.services.connections
await pool.query(`insert into identity.workspaces (id, name) values ($1, 'Public homes')`, [publicId])
await pool.query(`insert into identity.members (workspace_id, user_id, role) values ($1, $2, 'owner')`, [
  publicId,
  ana.userId,
])
const inPublic = { 'x-workspace-id': publicId }

const villa = {
  name: 'Marina Heights',
  city: 'Dubai',
  price: 2_400_000.5,
  bedrooms: 3,
  type: 'villa',
  features: ['pool', 'sea view'],
}

test('properties are created, read, updated and deleted', async () => {
  const created = await ana.post('/api/properties', {
    ...villa,
    price_range: 'AED 2.2-2.6M',
    image_url: 'https://example.com/a.jpg',
    id: publicId,
  })
  assert.equal(created.status, 201, created.text)
  const property = created.body.data
  assert.deepEqual(
    [property.price, property.currency, property.status, property.features],
    [2_400_000.5, 'AED', 'available', ['pool', 'sea view']],
  )
  assert.notEqual(property.id, publicId)
  for (const method of ['put', 'patch'] as const) {
    const { body } = await ana[method](`/api/properties/${property.id}`, { status: 'reserved', price: null })
    assert.deepEqual([body.data.status, body.data.price, body.data.name], ['reserved', null, 'Marina Heights'])
  }
  assert.deepEqual((await ana.delete(`/api/properties/${property.id}`)).body, { success: true })
  assert.equal((await ana.get(`/api/properties/${property.id}`)).status, 404)
  for (const bad of [
    {},
    { name: '' },
    { name: 'x', type: 'castle' },
    { name: 'x', price: -1 },
    { name: 'x', currency: 'ZZZ' },
  ]) {
    assert.equal((await ana.post('/api/properties', bad)).status, 400, JSON.stringify(bad))
  }
})

test('a price with more decimals than its currency is refused', async () => {
  const ben = await server.signUp()
  const offer = (more: object) => ben.post('/api/properties', { ...villa, ...more })
  const refusal = async (answer: ReturnType<typeof offer>) => {
    const { status, body } = await answer
    return [status, ...body.details.map(({ path, message }: { path: string; message: string }) => [path, message])]
  }
  const noDecimals = 'JPY has no decimals. Round the amount to 2400001.'
  assert.deepEqual(await refusal(offer({ price: 99.999, currency: 'AED' })), [
    400,
    ['body.price', 'AED has 2 decimals at most. Round the amount to 100.00.'],
  ])
  assert.deepEqual(await refusal(offer({ price_range: 'JPY 2M' })), [400, ['body.price', noDecimals]])
  assert.equal((await refusal(offer({ price: 1.005 })))[0], 400, "the workspace's currency")
  assert.equal((await offer({ price: 1.234, currency: 'KWD' })).body.data.price, 1.234)
  const { id } = (await offer({ currency: 'AED' })).body.data
  const change = (changes: object) => ben.patch(`/api/properties/${id}`, changes)
  assert.deepEqual(await refusal(change({ currency: 'JPY' })), [400, ['body.currency', noDecimals]])
  assert.deepEqual(await refusal(change({ price: 1.234 })), [
    400,
    ['body.price', 'AED has 2 decimals at most. Round the amount to 1.23.'],
  ])
  const moved = (await change({ currency: 'JPY', price: 2_400_001 })).body.data
  assert.deepEqual([moved.price, moved.currency], [2_400_001, 'JPY'])
  assert.equal((await change({ price: null, currency: 'AED' })).status, 200)
})

test('anonymous users read the public workspace, users read their own, and headers do not give access', async () => {
  await ana.post('/api/properties', { ...villa, name: 'Public villa' }, inPublic)
  await ana.post('/api/properties', { ...villa, name: 'Own villa' })
  const names = (answer: { body: { data: { name: string }[] } }) => answer.body.data.map(({ name }) => name)
  assert.deepEqual(names(await server.anyone.get('/api/properties')), ['Public villa'])
  assert.deepEqual(names(await server.anyone.get('/api/properties', { 'x-workspace-id': ana.workspaceId })), [
    'Public villa',
  ])
  assert.deepEqual(names(await ana.get('/api/properties')), ['Own villa'])
  assert.deepEqual(names(await ana.get('/api/properties', inPublic)), ['Public villa'])
  const bo = await server.signUp()
  assert.deepEqual(names(await bo.get('/api/properties')), [])
  const { body: key } = await ana.post('/api/api-keys', { name: 'site', scopes: ['properties:read'] })
  assert.deepEqual(names(await createClient(server.url, { 'x-api-key': key.key }).get('/api/properties')), [
    'Own villa',
  ])
  const { body: other } = await ana.post('/api/api-keys', { name: 'other', scopes: ['contacts:read'] })
  assert.equal((await createClient(server.url, { 'x-api-key': other.key }).get('/api/properties')).status, 403)
  assert.equal((await server.anyone.post('/api/properties', villa)).status, 401)
})

test('without a public workspace nothing is public', async () => {
  const { config } = server.app.services
  const anonymous = {
    ...serverContext(server.app.services, { workspaceId: null }),
    principal: { kind: 'public' as const },
  }
  assert.equal(
    publicReader(
      { ...anonymous, services: { ...anonymous.services, config: { ...config, publicWorkspaceId: null } } },
      'properties:read',
    ),
    null,
  )
})

test('the database test counts the public rows', async () => {
  const { status, body } = await server.anyone.get('/api/test-db')
  assert.equal(status, 200)
  assert.deepEqual(body, {
    success: true,
    message: 'Database connection successful!',
    tables: { properties: { accessible: true, count: 1 }, integrations: { accessible: true, count: 0 } },
  })
})

test('filters and search find properties, in pages', async () => {
  const cy = await server.signUp()
  const add = (more: object) => cy.post('/api/properties', { ...villa, ...more })
  await add({ name: 'Alpha', city: 'Oslo', type: 'apartment', description: "Near the queen's park" })
  await add({ name: 'Beta', city: 'Oslo', status: 'sold' })
  await add({ name: 'Gamma', city: 'Bergen' })
  const names = async (query: string) =>
    (await cy.get(`/api/properties?${query}`)).body.data.map(({ name }: { name: string }) => name)
  assert.deepEqual(await names('city=OSLO'), ['Beta', 'Alpha'])
  assert.deepEqual(await names('city=Oslo&status=available&type=apartment'), ['Alpha'])
  assert.deepEqual(await names('q=queen%27s par'), ['Alpha'])
  assert.deepEqual(await names('q=pool&city=Oslo&status=sold'), ['Beta'])
  assert.deepEqual(await names("q='\\:*%20%26"), ['Gamma', 'Beta', 'Alpha'], 'a search without a word')
  assert.deepEqual(await names('q=unicorn'), [])
  const first = await cy.get('/api/properties?q=pool&limit=2')
  const [, next] = /<([^>]+)>/.exec(first.headers.get('link') ?? '') ?? []
  assert.deepEqual(
    (await cy.get(String(next))).body.data.map(({ name }: { name: string }) => name),
    ['Alpha'],
  )
  for (const query of ['status=gone', 'type=castle', 'limit=0', 'limit=x', 'cursor=nonsense']) {
    assert.equal((await cy.get(`/api/properties?${query}`)).status, 400, query)
  }
})

test('a search uses its index under row-level security, and finds no rows of other workspaces', async () => {
  const dee = await server.signUp()
  const fill = `
    insert into sales.properties (id, workspace_id, name, currency)
    select gen_random_uuid(), $1, 'Home number' || n || case when n % 1000 = 0 then ' lighthouse' else '' end, 'USD' from generate_series(1, 5000) n`
  await pool.query(fill, [dee.workspaceId])
  await pool.query(fill, [ana.workspaceId])
  await pool.query('analyze sales.properties')
  const found = await dee.get('/api/properties?q=lighthouse')
  assert.equal(found.body.data.length, 5)
  const explain = statement(
    'test.explain_search',
    () =>
      sql<{ 'QUERY PLAN': string }>`explain select id from sales.properties where search @@ sales.query('lighthouse')`,
  )
  // As the function's owner, because the statement within the function is planned for that role.
  const plan = (await serverContext(server.app.services, { workspaceId: null }).db.all(explain, {}))
    .map((row) => row['QUERY PLAN'])
    .join('\n')
  assert.match(plan, /properties_search/)
  const listed = statement(
    'test.explain_city',
    () =>
      sql<{
        'QUERY PLAN': string
      }>`explain select id from sales.properties where city_key = lower('Oslo') order by id desc limit 51`,
  )
  const ctx = serverContext(server.app.services, { workspaceId: dee.workspaceId })
  assert.match((await ctx.db.all(listed, {})).map((row) => row['QUERY PLAN']).join('\n'), /properties_city/)
})

test('the team: roles determine who can change roles', async () => {
  const rep = await server.addMember(ana, 'sales_rep')
  const { body } = await ana.get('/api/users')
  const shown = body.data.find(({ id }: { id: string }) => id === rep.userId)
  assert.deepEqual([shown.role, shown.email, shown.status, shown.avatar], ['sales_rep', rep.email, 'active', null])
  assert.ok(Date.parse(shown.last_active))
  assert.equal((await rep.patch(`/api/users/${ana.userId}`, { role: 'sales_rep' })).status, 403)
  assert.equal((await ana.patch(`/api/users/${rep.userId}`, { role: 'sales_manager' })).body.data.role, 'sales_manager')
  assert.equal((await ana.patch(`/api/users/${rep.userId}`, { role: 'king' })).status, 400)
  assert.equal(
    (await ana.patch(`/api/users/${ana.userId}`, { role: 'agent' })).status,
    409,
    'a workspace needs an owner',
  )
})

test('a campaign in the sales API: drafts, runs and queued leads', async () => {
  const { body } = await ana.post('/api/campaigns', {
    name: 'Investors',
    segment: 'investors',
    channels: ['phone', 'whatsapp'],
  })
  const { id, status } = body.data
  assert.equal(status, 'draft')
  assert.ok((await ana.get('/api/campaigns')).body.data.some((campaign: { id: string }) => campaign.id === id))
  assert.deepEqual((await ana.get(`/api/campaigns/${id}/runs`)).body, { data: [], next_cursor: null })
  assert.deepEqual((await ana.get(`/api/campaigns/${id}/queued-leads`)).body.data, [])
  const { body: prospect } = await ana.post('/api/prospects', { name: 'Lena Lead', phone: '+971501238001' })
  const queued = await ana.post(`/api/campaigns/${id}/queued-leads`, { prospect_id: prospect.data.id })
  assert.equal(queued.status, 201, queued.text)
  const { body: leads } = await ana.get(`/api/campaigns/${id}/queued-leads`)
  assert.deepEqual(
    leads.data.map((lead: { prospect_id: string; name: string; phone: string; status: string }) => [
      lead.prospect_id,
      lead.name,
      lead.phone,
      lead.status,
    ]),
    [[prospect.data.id, 'Lena Lead', '+971501238001', 'queued']],
  )
  assert.equal((await ana.post(`/api/campaigns/${id}/queued-leads`, {})).status, 400)
  const lead = `/api/campaigns/${id}/queued-leads/${leads.data[0].id}`
  assert.deepEqual((await ana.delete(lead)).body, { success: true })
  assert.equal((await ana.delete(lead)).status, 404)
  assert.deepEqual((await ana.get(`/api/campaigns/${id}/queued-leads`)).body.data, [])
})
