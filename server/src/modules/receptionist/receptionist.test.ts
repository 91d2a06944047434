import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { createClient } from '../../../test/client.ts'
import { explainAs } from '../../../test/explain.ts'
import { startTestServer } from '../../../test/server.ts'
import { countAll, countRange, findQuarter, list } from './calls/call-list.ts'
import { toPassages } from './knowledge/passages.ts'
import { sums } from './analytics/analytics.ts'

/** A model that distinguishes only texts about animals from other texts. */
const model = createServer((request, response) => {
  let body = ''
  request
    .on('data', (chunk) => (body += chunk))
    .on('end', () => {
      const { input } = JSON.parse(body) as { input: string[] }
      const data = input.map((text, index) => ({
        index,
        embedding: /dog|cat|puppy|hund/i.test(text) ? [1, 0.1] : [0.1, 1],
      }))
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }))
    })
})
await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve))
after(() => model.close())

const server = await startTestServer({
  EMBEDDINGS_URL: `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`,
  EMBEDDINGS_MODEL: 'animals',
})
const ana = await server.signUp()
const newClient = async (more: object = {}) => (await ana.post('/api/clients', { name: 'Dr. Berg', ...more })).body

test('a client is created, updated and soft-deleted', async () => {
  const client = await newClient({ phone_number: '(415) 555-0188', voice_name: 'Rachel', user_id: 'x' })
  assert.equal(client.phone_number, '+14155550188')
  assert.equal(client.is_active, true)
  assert.equal((await ana.post('/api/clients', { name: 'Other', phone_number: '+14155550188' })).status, 409)
  const { body: changed } = await ana.put(`/api/clients/${client.id}`, { is_active: false, voice_name: null })
  assert.deepEqual([changed.is_active, changed.voice_name, changed.name], [false, null, 'Dr. Berg'])
  await ana.post('/api/calls', { client_id: client.id, duration_seconds: 60 })
  assert.deepEqual((await ana.delete(`/api/clients/${client.id}`)).body, { success: true })
  assert.equal((await ana.get(`/api/clients/${client.id}`)).status, 404)
  assert.equal((await ana.get(`/api/calls?client_id=${client.id}`)).body.total, 1, 'its calls stay')
})

test('an agent logs a call once with an API key, and the caller becomes a contact', async () => {
  const client = await newClient()
  const { body: key } = await ana.post('/api/api-keys', { name: 'agent', scopes: ['calls:write', 'calls:read'] })
  const agent = createClient(server.url, { authorization: `Bearer ${key.key}`, 'idempotency-key': 'call-1' })
  const call = {
    client_id: client.id,
    caller_phone: '+14155550177',
    caller_name: 'Bo Berg',
    sentiment: 'positive',
    duration_seconds: 45.5,
    stt_latency_ms: 150,
  }
  const [first, second] = [await agent.post('/api/calls', call), await agent.post('/api/calls', call)]
  assert.equal(first.status, 201)
  assert.equal(first.body.duration_seconds, 45.5)
  assert.equal(second.body.id, first.body.id)
  assert.equal((await agent.get('/api/clients')).status, 403)
  const { body: timeline } = await ana.get(`/api/contacts/${first.body.contact_id}/timeline`)
  assert.deepEqual(
    timeline.data.map((entry: { kind: string }) => entry.kind),
    ['call.answered'],
  )
  assert.equal((await ana.post('/api/calls', { ...call, sentiment: 'angry' })).status, 400)
  assert.equal((await ana.post('/api/calls', { ...call, caller_phone: 'anonymous' })).body.contact_id, null)
})

test('pages, cursors and filters return the same calls', async () => {
  const bo = await server.signUp()
  const client = (await bo.post('/api/clients', { name: 'C' })).body
  const at = (day: number) => `2026-03-${String(day).padStart(2, '0')}T10:07:00Z`
  for (let day = 1; day <= 7; day++) {
    await bo.post('/api/calls', {
      client_id: client.id,
      started_at: at(day),
      sentiment: day % 2 ? 'positive' : 'negative',
    })
  }
  const { body: second } = await bo.get('/api/calls?page=2&per_page=3')
  assert.deepEqual(
    [second.total, second.page, second.data.map((call: { started_at: string }) => call.started_at.slice(8, 10))],
    [7, 2, ['04', '03', '02']],
  )
  const { body: first } = await bo.get('/api/calls?limit=3')
  const { body: next } = await bo.get(`/api/calls?limit=3&cursor=${first.next_cursor}`)
  assert.deepEqual(next.data, second.data)
  const count = async (query: string) => (await bo.get(`/api/calls?${query}`)).body.total
  assert.equal(await count('start_date=2026-03-02&end_date=2026-03-04'), 3)
  assert.equal(await count('sentiment=positive'), 4)
  assert.equal(await count('start_date=2026-03-02T10:07:00Z&end_date=2026-03-03T10:07:00Z'), 2)
  assert.equal(await count('start_date=2026-03-02&end_date=2026-03-02&tz=Pacific/Auckland'), 1)
  assert.equal((await bo.get('/api/calls?start_date=2026-03-05&end_date=2026-03-02')).status, 400)
})

test('distant numbered pages equal the pages by cursor, and the sums equal the sums of the calls', async () => {
  const eli = await server.signUp()
  const { pool } = server.app.services.connections
  const ids = [
    (await eli.post('/api/clients', { name: 'A' })).body.id,
    (await eli.post('/api/clients', { name: 'B' })).body.id,
  ]
  // A few hours with many calls, most hours with few calls, and a hundred calls at the same time.
  await pool.query(
    `insert into receptionist.calls (id, workspace_id, client_id, sentiment, started_at)
       select gen_random_uuid(), $1, ($2::uuid[])[1 + (i % 3)::int % 2], (array['positive', 'negative', null])[1 + i % 3],
              timestamptz '2026-01-01' + case when i % 25 = 0 then interval '0' else interval '1 minute' * (i * i % 30011) end
         from generate_series(1::bigint, 2500) i`,
    [eli.workspaceId, ids],
  )
  const list = async (query: string) => (await eli.get(`/api/calls?per_page=100&${query}`)).body
  for (const filter of [
    '',
    `client_id=${ids[1]}`,
    'sentiment=negative',
    'start_date=2026-01-02&end_date=2026-01-20&tz=UTC',
  ]) {
    const byCursor: string[][] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const { data, next_cursor }: { data: { id: string }[]; next_cursor: string | null } = await list(
        `${filter}${cursor && `&cursor=${cursor}`}`,
      )
      byCursor.push(data.map(({ id }) => id))
      cursor = next_cursor
    }
    const byNumber = await Promise.all(byCursor.map(async (_, i) => (await list(`${filter}&page=${i + 1}`)).data))
    assert.deepEqual(
      byNumber.map((page) => page.map(({ id }: { id: string }) => id)),
      byCursor,
      filter,
    )
    assert.equal((await list(`${filter}&page=1000`)).total, byCursor.flat().length)
    assert.deepEqual((await list(`${filter}&page=1000`)).data, [])
  }
  const between = async (from: string, until: string) => {
    const { rows } = await pool.query(
      'select count(*) as total from receptionist.calls where workspace_id = $1 and started_at between $2 and $3',
      [eli.workspaceId, from, until],
    )
    assert.equal((await list(`start_date=${from}&end_date=${until}`)).total, rows[0].total, `${from} to ${until}`)
  }
  await between('2026-01-03T10:07:00Z', '2026-01-15T20:01:30Z')
  await between('2026-01-03T10:07:00Z', '2026-01-03T10:09:00Z')
  await between('2026-01-03T10:07:00Z', '2026-01-03T10:31:00Z')
  await between('2026-01-03T10:15:00Z', '2026-01-03T10:30:00Z')
  const { rows } = await pool.query(
    `with sums as (
       select client_id, quarter, calls, positive, negative from receptionist.call_sums where workspace_id = $1
     ), counted as (
       select client_id, quarter, count(*), count(*) filter (where sentiment = 'positive'), count(*) filter (where sentiment = 'negative')
         from (select *, date_bin('15 minutes', started_at, timestamptz '2000-01-01 00:00:00+00') as quarter
                 from receptionist.calls where workspace_id = $1) c
        group by cube (client_id, quarter)
     )
     (table sums except table counted) union all (table counted except table sums)`,
    [eli.workspaceId],
  )
  assert.deepEqual(rows, [], 'The sums match the calls exactly.')
  await pool.query('delete from identity.workspaces where id = $1', [eli.workspaceId])
  const left = await pool.query('select from receptionist.call_sums where workspace_id = $1', [eli.workspaceId])
  assert.equal(left.rowCount, 0, 'Deleting a workspace deletes its sums.')
})

test('lists, totals and analytics use their index under row-level security', async () => {
  const { pool } = server.app.services.connections
  const filter = { client_id: ana.userId, sentiment: 'negative', from: '2026-01-01', until: '2026-02-01' }
  const quarters = { first: '2026-01-01', last: '2026-02-01' }
  const place = { before_at: '2026-01-15', before_id: ana.userId, limit: 51, offset: 0 }
  const none = { of_client: false, by_sentiment: false, since: false, until: false }
  const range = { ...none, since: true, until: true }
  for (const [statement, index] of [
    [list({ ...none, continued: false }).call({ ...filter, ...place }), 'calls_newest'],
    [list({ ...range, continued: true }).call({ ...filter, ...place }), 'calls_newest'],
    [list({ ...none, of_client: true, continued: true }).call({ ...filter, ...place }), 'calls_of_client'],
    [list({ ...none, by_sentiment: true, continued: true }).call({ ...filter, ...place }), 'calls_by_sentiment'],
    [countAll({ ...none, sentiment: '' }).call(filter), 'call_sums_key'],
    [countRange({ ...range, of_client: true, sentiment: '' }).call({ ...filter, ...quarters }), 'call_sums_key'],
    [findQuarter({ ...none, sentiment: '' }).call({ ...filter, ...quarters, offset: 5000 }), 'call_sums_key'],
    [sums({ of_client: false }).call({ client_id: null, tz: 'UTC', days: 30 }), 'call_sums_key'],
  ] as const) {
    const plan = await explainAs(pool, ana, statement)
    assert.match(plan, new RegExp(`Scan (Backward )?using ${index} `), plan)
    assert.doesNotMatch(plan, /Seq Scan|Sort/, plan)
  }
})

test('the analytics stay exact when calls are logged late, corrected or deleted', async () => {
  const cy = await server.signUp()
  const client = (await cy.post('/api/clients', { name: 'C' })).body
  const late = new Date(Date.now() - 26 * 3_600_000).toISOString()
  const { body: call } = await cy.post('/api/calls', {
    client_id: client.id,
    duration_seconds: 60,
    success: true,
    sentiment: 'positive',
    stt_latency_ms: 100,
  })
  await cy.post('/api/calls', {
    client_id: client.id,
    duration_seconds: 120,
    success: false,
    sentiment: 'negative',
    started_at: late,
  })
  const look = async () => (await cy.get('/api/analytics/dashboard?tz=UTC')).body
  const before = await look()
  assert.deepEqual(
    [before.total_clients, before.total_calls, before.total_minutes, before.success_rate, before.avg_stt_latency_ms],
    [1, 2, 3, 0.5, 100],
  )
  await cy.patch(`/api/calls/${call.id}`, { duration_seconds: 180, sentiment: 'neutral', success: null })
  const corrected = await look()
  assert.deepEqual(
    [corrected.total_minutes, corrected.success_rate, corrected.sentiment],
    [5, 0, { positive: 0, neutral: 1, negative: 1 }],
  )
  await cy.delete(`/api/calls/${call.id}`)
  assert.deepEqual([(await look()).total_calls, (await look()).total_minutes], [1, 2])
  const { body: days } = await cy.get('/api/analytics/calls-per-day?days=7&tz=UTC')
  assert.equal(days.data.length, 7)
  assert.equal(
    days.data.reduce((sum: number, day: { calls: number }) => sum + day.calls, 0),
    1,
  )
  const { body: shares } = await cy.get('/api/analytics/sentiment')
  assert.deepEqual(shares.data, [
    { sentiment: 'positive', count: 0, share: 0 },
    { sentiment: 'neutral', count: 0, share: 0 },
    { sentiment: 'negative', count: 1, share: 1 },
  ])
  assert.equal((await cy.get(`/api/analytics/client/${client.id}/stats`)).body.total_calls, 1)
})

test('the plan limits the number of clients, also with concurrent requests', async () => {
  const dee = await server.signUp()
  await dee.post('/api/subscriptions', { user_id: dee.userId, plan_id: 'free' })
  const answers = await Promise.all(Array.from({ length: 5 }, () => dee.post('/api/clients', { name: 'C' })))
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, 402, 402, 402, 402])
  assert.deepEqual((await dee.get('/api/usage')).body, {
    clients: 1,
    max_clients: 1,
    minutes_this_month: 0,
    max_minutes_per_month: 100,
  })
})

test('knowledge is found by words and by meaning', async () => {
  const client = await newClient()
  const path = `/api/clients/${client.id}/knowledge`
  await ana.post(path, { title: 'Hours', content: 'We are open from Monday to Friday, nine to five.' })
  const { body: pets } = await ana.post(path, { title: 'Pets', content: 'Your puppy is welcome in the waiting room.' })
  const search = async (q: string) => (await ana.get(`${path}/search?q=${encodeURIComponent(q)}`)).body.data
  assert.equal((await search('On which days are you open?'))[0].title, 'Hours')
  for (;;) {
    const found = await search('May I bring my Hund?')
    if (found[0]?.title === 'Pets') break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const form = new FormData()
  form.set('file', new File(['# Parking\nBehind the house.'], 'parking.md'))
  assert.equal((await ana.post(path, form)).body.title, 'parking.md')
  const binary = new FormData()
  binary.set('file', new File([new Uint8Array([0xff, 0xfe, 0, 1])], 'x.bin'))
  assert.equal((await ana.post(path, binary)).status, 415)
  assert.equal((await ana.get(path)).body.data.length, 3)
  await ana.delete(`${path}/${pets.id}`)
  assert.equal((await ana.get(path)).body.data.length, 2)
})

test('passages contain every word of a text, in order', () => {
  const words = (text: string) => text.split(/\s+/).filter(Boolean)
  fc.assert(
    fc.property(fc.array(fc.lorem({ maxCount: 40, mode: 'sentences' }), { maxLength: 12 }), (paragraphs) => {
      const text = paragraphs.join('\n\n')
      const passages = toPassages(text)
      assert.deepEqual(passages.flatMap(words), words(text))
      for (const passage of passages) assert.ok(passage.length <= 1600)
    }),
    { numRuns: 50 },
  )
})
