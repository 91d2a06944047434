import assert from 'node:assert/strict'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from './answers.ts'
import { testDocument } from './document.ts'
import type { Scene } from './document.ts'
import { asPerson, openFrontEnd } from './front-end.ts'
import type { FrontEnd, Person } from './front-end.ts'

testDocument(
  {
    name: 'Seed 002, AI receptionist',
    open: ['POST /api/auth/register', 'POST /api/auth/login', 'POST /api/auth/refresh', 'GET /healthz'],
    signedIn: [
      'GET /api/auth/me',
      'GET /api/clients',
      'POST /api/clients',
      'GET /api/clients/:id',
      'PUT /api/clients/:id',
      'DELETE /api/clients/:id',
      'GET /api/calls',
      'POST /api/calls',
      'GET /api/calls/:id',
      'GET /api/analytics/dashboard',
      'GET /api/analytics/calls-per-day',
      'GET /api/analytics/sentiment',
      'GET /api/analytics/client/:id/stats',
      'POST /api/clients/:id/knowledge',
      'GET /api/clients/:id/knowledge',
      'DELETE /api/clients/:id/knowledge/:knowledgeId',
      'GET /api/clients/:id/knowledge/search',
      'POST /api/api-keys',
      'GET /api/api-keys',
      'DELETE /api/api-keys/:id',
      'GET /api/subscriptions/:userId',
      'POST /api/subscriptions',
      'GET /api/invoices',
      'GET /api/invoices/:id',
      'GET /api/usage',
    ],
    withoutInput: ['GET /healthz', 'GET /api/auth/me', 'GET /api/usage'],
    sent: ['ping'],
    received: ['call:logged', 'pong'],
  },
  async (scene) => {
    const { step } = scene
    const bo = await scene.signUp({ name: 'Bo Berg' })
    let ana!: Person
    let agent!: Person
    let clientId!: string
    await step('authentication', async () => {
      ana = await authentication(scene)
      agent = await scene.join(ana, 'agent')
    })
    await step('clients', async () => {
      clientId = await clients(ana, bo, agent)
    })
    await step('calls, logged by the agent with an API key', () => calls(scene, ana, bo, clientId))
    await step('lists of calls', () => listsOfCalls(ana, bo, clientId))
    await step('analytics', () => analytics(ana, bo, clientId))
    await step('knowledge', () => knowledge(ana, bo, agent, clientId))
    await step('API keys', () => apiKeys(scene, ana, bo, agent))
    await step('subscription, limits and invoices', () => billing(scene, ana, bo, agent, clientId))
    await step('a deleted client', () => deletedClient(ana, bo, clientId))
  },
)

async function authentication({ visitor, url, notes }: Scene): Promise<Person> {
  const credentials = { email: 'ana@example.com', password: 'secret' } // six characters are enough
  const register = (body: object) => visitor.post('/api/auth/register', body)
  const user = { id: anId, email: credentials.email, name: 'Ana Lima', created_at: anInstant, updated_at: anInstant }
  assertShape(await answered(201, register({ ...credentials, name: 'Ana Lima' })), { user, token: aText })
  await refused(409, register({ ...credentials, name: 'Ana Lima' }))
  await refused(400, register({ ...credentials, email: undefined }), 'body.email')
  await refused(400, register({ ...credentials, email: 'new@example.com', password: '12345' }), 'body.password')
  await refused(400, register({ ...credentials, name: { first: 'Ana' } }), 'body.name')

  const login = await answered(200, visitor.post('/api/auth/login', credentials))
  assertShape(login, { user, access_token: login.token, refresh_token: aText, expires_in: 24 * 3600 })
  await refused(401, visitor.post('/api/auth/login', { ...credentials, password: 'sesame' }))
  await refused(400, visitor.post('/api/auth/login', { email: credentials.email }), 'body.password')
  const ana = asPerson(url, notes, credentials, login)
  assertShape(await answered(200, ana.get('/api/auth/me')), { ...user, role: 'owner', email_verified: false })

  const { refresh_token } = login
  const fresh = await answered(200, visitor.post('/api/auth/refresh', { refresh_token }))
  assertShape(fresh, { user, token: aText, refresh_token: aText })
  await refused(401, visitor.post('/api/auth/refresh', { refresh_token: 'none' }))
  await refused(401, openFrontEnd(url, notes, `${fresh.token.slice(0, -4)}AAAA`).get('/api/auth/me'))
  assertShape(await answered(200, visitor.get('/healthz')), { status: 'ok' })
  assert.equal(
    (await preflight(url, 'http://localhost:5173')).get('access-control-allow-origin'),
    'http://localhost:5173',
  )
  assert.equal((await preflight(url, 'https://evil.example.com')).get('access-control-allow-origin'), null)
  return asPerson(url, notes, credentials, fresh)
}

/** What a browser asks before it lets a page of this origin post. */
async function preflight(url: string, origin: string): Promise<Headers> {
  const asking = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
  const { headers } = await fetch(`${url}/api/clients`, { method: 'OPTIONS', headers: { origin, ...asking } })
  return headers
}

async function clients(ana: Person, bo: Person, agent: Person): Promise<string> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/clients', body)
  const practice = {
    name: 'Dr. Lima',
    phone_number: '+1 415 555 0188',
    profession: 'Dentist',
    voice_id: 'v-21',
    voice_name: 'Rachel',
    system_prompt: 'You answer for Dr. Lima.',
  }
  const made = await answered(201, post({ ...practice, user_id: bo.id }))
  const client = {
    ...practice,
    id: anId,
    user_id: ana.id,
    phone_number: '+14155550188',
    is_active: true,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(made, client)
  const one = `/api/clients/${made.id}`
  assertShape(await answered(200, ana.get(one)), client)
  assertShape(await answered(200, ana.get('/api/clients')), { data: [client], next_cursor: null })
  assertShape(await answered(200, bo.get('/api/clients')), { data: [], next_cursor: null })
  const changes = { voice_name: 'Adam', profession: '', is_active: false }
  const changed = { ...client, voice_name: 'Adam', profession: null, is_active: false }
  assertShape(await answered(200, ana.put(one, changes)), changed)
  assertShape(await answered(200, ana.get(one)), changed)

  await refused(400, post({ profession: 'Dentist' }), 'body.name')
  await refused(400, post({ ...practice, name: 5 }), 'body.name')
  await refused(400, post({ ...practice, phone_number: 'call me' }), 'body.phone_number')
  await refused(409, post(practice)) // a number is answered for one client
  await refused(400, ana.put(one, { is_active: 'no' }), 'body.is_active')
  await refused(400, ana.get('/api/clients?limit=none'), 'query.limit')
  await refused(403, post({ name: 'Mine' }, agent))
  await refused(403, agent.put(one, { name: 'Mine' }))
  await refused(403, agent.delete(one))
  assertShape(await answered(200, agent.get(one)), changed)
  for (const [person, path] of [
    [bo, one],
    [ana, `/api/clients/${unknownId}`],
  ] as const) {
    await refused(404, person.get(path))
    await refused(404, person.put(path, { name: 'Mine' }))
    await refused(404, person.delete(path))
  }
  return made.id
}

/** As in the document: what the agent sends, and nothing more. */
const logged = {
  caller_phone: '+14155550177',
  transcript: 'Hello, I would like to see the doctor.',
  sentiment: 'positive',
  duration_seconds: 45.5,
  stt_latency_ms: 150,
  llm_latency_ms: 300,
  tts_latency_ms: 200,
}

async function calls({ url, notes }: Scene, ana: Person, bo: Person, client_id: string): Promise<void> {
  const { key } = await answered(201, ana.post('/api/api-keys', { name: 'Ollama agent', scopes: ['calls:write'] }))
  const ollama = openFrontEnd(url, notes, key)
  using live = await ana.listen()
  using elsewhere = await bo.listen()
  for (const socket of [live, elsewhere]) {
    socket.send('ping')
    await socket.next('pong')
  }
  // An agent that got no answer sends the call again: it is one call.
  const log = (more: object) =>
    ollama.post('/api/calls', { client_id, ...logged, ...more }, { 'idempotency-key': 'call-1' })
  const made = await answered(201, log({}))
  assert.deepEqual(await answered(201, log({})), made)
  await refused(422, log({ sentiment: 'negative' }))
  const call = {
    ...logged,
    id: anId,
    client_id,
    caller_name: null,
    success: null,
    recording_url: null,
    notes: null,
    created_at: anInstant,
  }
  assertShape(made, call)
  assertShape(await answered(200, ana.get(`/api/calls/${made.id}`)), call)
  assertShape((await live.next('call:logged')).data, { call_id: made.id, client_id, sentiment: 'positive' })
  assert.deepEqual(
    elsewhere.frames.map(({ event }) => event),
    ['pong'],
    'Nobody else hears of it.',
  )

  const full = {
    client_id,
    caller_phone: '+14155550178',
    caller_name: 'Cleo Costa',
    duration_seconds: 74.5,
    success: true,
    sentiment: 'neutral',
    stt_latency_ms: 250,
    recording_url: 'https://example.com/r.wav',
    notes: 'Call back',
  }
  assertShape(await answered(201, ana.post('/api/calls', full)), full)
  assertShape(await answered(201, ana.post('/api/calls', { client_id, success: false, sentiment: 'negative' })), {
    caller_phone: null,
    duration_seconds: 0,
  })

  await refused(403, ollama.get('/api/calls')) // the key may do what it was made for
  await refused(400, ollama.post('/api/calls', logged), 'body.client_id')
  await refused(
    400,
    ollama.post('/api/calls', { ...logged, client_id, duration_seconds: 'long' }),
    'body.duration_seconds',
  )
  await refused(400, ollama.post('/api/calls', { ...logged, client_id, sentiment: 'angry' }), 'body.sentiment')
  await refused(400, ollama.post('/api/calls', { ...logged, client_id, success: 'yes' }), 'body.success')
  for (const [person, id] of [
    [bo, client_id],
    [ana, unknownId],
  ] as const)
    await refused(404, person.post('/api/calls', { ...logged, client_id: id }))
  await refused(404, bo.get(`/api/calls/${made.id}`))
  await refused(404, ana.get(`/api/calls/${unknownId}`))
}

async function listsOfCalls(ana: Person, bo: Person, clientId: string): Promise<void> {
  const { id: other } = await answered(201, ana.post('/api/clients', { name: 'Lima Legal' }))
  const long_ago = '2026-03-02T10:07:00Z'
  await answered(201, ana.post('/api/calls', { client_id: other, started_at: long_ago, sentiment: 'positive' }))
  const list = async (query: string) => answered(200, ana.get(`/api/calls?${query}`))
  const numbers = async (query: string) => {
    const { data, total } = await list(query)
    return [data.length, total]
  }
  assertShape(await list(''), { data: Array.from({ length: 4 }, () => ({ id: anId })), total: 4 })
  const [first, second] = [await list('page=1&per_page=3'), await list('page=2&per_page=3')]
  assertShape(first, { total: 4, page: 1, per_page: 3 })
  assertShape(second, { total: 4, page: 2, per_page: 3, data: [{ client_id: other }] })
  assert.equal(new Set([...first.data, ...second.data].map(({ id }) => id)).size, 4)
  const rest = await list(`limit=3&cursor=${(await list('limit=3')).next_cursor}`)
  assert.deepEqual(rest.data, second.data)
  assert.deepEqual(await numbers(`client_id=${clientId}`), [3, 3])
  assert.deepEqual(await numbers('sentiment=positive'), [2, 2])
  assert.deepEqual(await numbers('start_date=2026-03-01&end_date=2026-03-02'), [1, 1])
  assert.deepEqual(await numbers('start_date=2026-03-03'), [3, 3])
  assert.deepEqual(await numbers('end_date=2026-03-01'), [0, 0])
  assertShape(await answered(200, bo.get('/api/calls')), { data: [], total: 0 })
  await refused(400, ana.get('/api/calls?sentiment=angry'), 'query.sentiment')
  await refused(400, ana.get('/api/calls?start_date=yesterday'), 'query.start_date')
  await refused(400, ana.get('/api/calls?page=0'), 'query.page')
  await refused(400, ana.get('/api/calls?client_id=lima'), 'query.client_id')
}

async function analytics(ana: Person, bo: Person, clientId: string): Promise<void> {
  // Somewhere where it is neither just before nor just after midnight.
  const hour = new Date().getUTCHours()
  const tz = hour >= 3 && hour < 21 ? 'UTC' : 'Asia/Tokyo'
  const figures = {
    total_calls: 3,
    calls_today: 3,
    calls_yesterday: 0,
    total_minutes: 2,
    avg_duration_seconds: 40,
    success_rate: 0.5,
    avg_stt_latency_ms: 200,
    avg_llm_latency_ms: 300,
    avg_tts_latency_ms: 200,
    sentiment: { positive: 1, neutral: 1, negative: 1 },
    period: { calls: 3 },
    previous_period: { calls: 0 },
  }
  const ofClient = `/api/analytics/client/${clientId}/stats`
  assertShape(await answered(200, ana.get(`${ofClient}?tz=${tz}`)), { ...figures, client_id: clientId })
  assertShape(await answered(200, ana.get(`/api/analytics/dashboard?tz=${tz}`)), {
    ...figures,
    total_clients: 2,
    active_clients: 1,
    total_calls: 4,
    avg_duration_seconds: 30,
    sentiment: { positive: 2, neutral: 1, negative: 1 },
  })
  assertShape(await answered(200, bo.get('/api/analytics/dashboard')), { total_clients: 0, total_calls: 0 })

  const days = await answered(200, ana.get(`/api/analytics/calls-per-day?days=7&tz=${tz}`))
  assert.deepEqual(
    days.data.map(({ calls }: { calls: number }) => calls),
    [0, 0, 0, 0, 0, 0, 3],
  )
  assertShape(days.data.at(-1), { date: /^\d{4}-\d\d-\d\d$/, calls: 3, minutes: 2 })
  const month = await answered(200, ana.get(`/api/analytics/calls-per-day?client_id=${clientId}`))
  assert.equal(month.data.length, 30)

  const shares = await answered(200, ana.get(`/api/analytics/sentiment?tz=${tz}`))
  const share = (sentiment: string) => ({ sentiment, count: 1, share: 0.3333 })
  assert.deepEqual(shares, { data: [share('positive'), share('neutral'), share('negative')] })

  await refused(400, ana.get('/api/analytics/dashboard?days=0'), 'query.days')
  await refused(400, ana.get('/api/analytics/calls-per-day?days=many'), 'query.days')
  await refused(400, ana.get('/api/analytics/sentiment?tz=Atlantis'), 'query.tz')
  await refused(404, bo.get(ofClient))
  await refused(404, ana.get(`/api/analytics/client/${unknownId}/stats`))
}

/** The embeddings' table: without a model that embeds, passages are found by their words. */
async function knowledge(ana: Person, bo: Person, agent: Person, clientId: string): Promise<void> {
  const path = `/api/clients/${clientId}/knowledge`
  const hours = { title: 'Hours', content: 'We are open from Monday to Friday, nine to five.' }
  const made = await answered(201, ana.post(path, hours))
  assertShape(made, { id: anId, client_id: clientId, ...hours, created_at: anInstant })
  const form = new FormData()
  form.append('file', new Blob(['Parking is behind the house.']), 'parking.md')
  assertShape(await answered(201, ana.post(path, form)), { title: 'parking.md' })
  assertShape(await answered(200, ana.get(path)), { data: [{ title: 'parking.md' }, { id: made.id }] })
  const search = (q: string) => answered(200, ana.get(`${path}/search?q=${encodeURIComponent(q)}`))
  const found = { knowledge_id: made.id, title: 'Hours', text: hours.content, score: aNumber }
  assertShape((await search('When are you open?')).data[0], found)
  await refused(400, ana.post(path, { content: 'Untitled' }), 'body.title')
  await refused(400, ana.post(path, { title: 'Empty' }), 'body.content')
  await refused(400, ana.get(`${path}/search`), 'query.q')
  await refused(403, agent.post(path, hours))
  for (const request of [bo.get(path), bo.post(path, hours), bo.get(`${path}/search?q=open`)])
    await refused(404, request)
  await refused(404, bo.delete(`${path}/${made.id}`))
  await refused(404, ana.delete(`${path}/${unknownId}`))
  assert.deepEqual(await answered(200, ana.delete(`${path}/${made.id}`)), { success: true })
  assertShape(await answered(200, ana.get(path)), { data: [{ title: 'parking.md' }] })
}

async function apiKeys({ url, notes }: Scene, ana: Person, bo: Person, agent: Person): Promise<void> {
  const post = (body: object, person: FrontEnd = ana) => person.post('/api/api-keys', body)
  const made = await answered(201, post({ name: 'Reports', scopes: ['calls:read', 'analytics:read'] }))
  const key = { id: made.id, name: 'Reports', scopes: ['calls:read', 'analytics:read'], created_at: anInstant }
  assertShape(made, { ...key, key: /^sb_live_/ })
  const { data } = await answered(200, ana.get('/api/api-keys'))
  assertShape(data, [key, { name: 'Ollama agent' }])
  assert.ok(
    data.every((one: object) => !('key' in one)),
    'A key is shown once.',
  )
  assertShape(await answered(200, bo.get('/api/api-keys')), { data: [] })
  const withKey = (headers?: Record<string, string>, token?: string) =>
    openFrontEnd(url, notes, token).get('/api/calls', headers)
  assertShape(await answered(200, withKey({}, made.key)), { total: 4 })
  assertShape(await answered(200, withKey({ 'x-api-key': made.key })), { total: 4 })
  await refused(400, post({ scopes: ['calls:read'] }), 'body.name')
  await refused(400, post({ name: 'None', scopes: [] }), 'body.scopes')
  await refused(400, post({ name: 'All', scopes: ['everything'] }), 'body.scopes[0]')
  await refused(403, post({ name: 'Mine', scopes: ['calls:read'] }, agent))
  await refused(403, agent.get('/api/api-keys'))
  await refused(404, bo.delete(`/api/api-keys/${made.id}`))
  assert.deepEqual(await answered(200, ana.delete(`/api/api-keys/${made.id}`)), { success: true })
  await refused(401, withKey({}, made.key))
}

async function billing(scene: Scene, ana: Person, bo: Person, agent: Person, client_id: string): Promise<void> {
  const mine = `/api/subscriptions/${ana.id}`
  const choose = (plan_id: string) => ana.post('/api/subscriptions', { user_id: ana.id, plan_id })
  await refused(404, ana.get(mine))
  await refused(400, choose('golden'), 'body.plan_id')
  const free = {
    id: anId,
    user_id: ana.id,
    plan: 'free',
    status: 'active',
    monthly_price: 0,
    max_clients: 1,
    max_minutes_per_month: 100,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(await answered(201, choose('free')), free)
  assertShape(await answered(200, ana.get(mine)), free)
  assertShape(await answered(200, ana.get('/api/usage')), { clients: 2, max_clients: 1, max_minutes_per_month: 100 })
  assert.equal(await refused(402, ana.post('/api/clients', { name: 'One more' })), 'plan_limit')
  await answered(201, ana.post('/api/calls', { client_id, ...logged })) // a call that happened is always logged

  assertShape(await answered(200, ana.get('/api/invoices')), { data: [] })
  assertShape(await answered(201, choose('pro')), { plan: 'pro', status: 'incomplete', monthly_price: 99 })
  const { data } = await answered(200, ana.get('/api/invoices'))
  const open = {
    id: anId,
    subscription_id: anId,
    paypal_invoice_id: null,
    amount: 99,
    currency: 'USD',
    status: 'open',
    period_start: anInstant,
    period_end: anInstant,
    due_date: anInstant,
    paid_at: null,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(data, [open])
  const one = `/api/invoices/${data[0].id}`
  assertShape(await answered(200, ana.get(one)), open)
  const root = await scene.makeAdmin(await scene.signUp())
  const payment_details = { paypal_invoice_id: 'INV2-0001' }
  const received = { workspace_id: ana.workspaceId, payment_method: 'paypal', payment_details }
  await answered(201, root.post('/api/payments', received))
  const paid = { ...open, id: data[0].id, status: 'paid', paid_at: anInstant, paypal_invoice_id: 'INV2-0001' }
  assertShape(await answered(200, ana.get(one)), paid)
  assertShape(await answered(200, ana.get(mine)), { plan: 'pro', status: 'active', max_clients: 10 })
  await answered(201, ana.post('/api/clients', { name: 'One more' }))
  await refused(403, agent.get('/api/invoices'))
  await refused(404, bo.get(one))
  await refused(404, ana.get(`/api/invoices/${unknownId}`))
  assertShape(await answered(200, bo.get('/api/invoices')), { data: [] })
  await refused(400, ana.get('/api/invoices?limit=0'), 'query.limit')
}

/** Soft: what happened stays in the figures. */
async function deletedClient(ana: Person, bo: Person, clientId: string): Promise<void> {
  const before = await answered(200, ana.get('/api/analytics/dashboard'))
  assert.deepEqual(await answered(200, ana.delete(`/api/clients/${clientId}`)), { success: true })
  await refused(404, ana.get(`/api/clients/${clientId}`))
  const { data } = await answered(200, ana.get('/api/clients'))
  assert.ok(data.every(({ id }: { id: string }) => id !== clientId))
  assertShape(await answered(200, ana.get(`/api/calls?client_id=${clientId}`)), { total: 4 })
  const { total_clients, total_calls } = await answered(200, ana.get('/api/analytics/dashboard'))
  assert.deepEqual([total_clients, total_calls], [before.total_clients - 1, before.total_calls])
  assertShape(await answered(200, bo.get('/api/calls')), { total: 0 })
}
