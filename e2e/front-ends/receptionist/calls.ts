import assert from 'node:assert/strict'
import { anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { Fixture } from '../contract.ts'
import { openFrontEnd } from '../front-end.ts'
import type { Person } from '../front-end.ts'

/** The body that the front-end's agent sends. */
export const logged = {
  caller_phone: '+14155550177',
  transcript: 'Hello, I would like to see the doctor.',
  sentiment: 'positive',
  duration_seconds: 45.5,
  stt_latency_ms: 150,
  llm_latency_ms: 300,
  tts_latency_ms: 200,
}

export async function calls({ url, notes }: Fixture, ana: Person, bo: Person, client_id: string): Promise<void> {
  const { key } = await answered(201, ana.post('/api/api-keys', { name: 'Ollama agent', scopes: ['calls:write'] }))
  const ollama = openFrontEnd(url, notes, key)
  using live = await ana.listen()
  using elsewhere = await bo.listen()
  for (const socket of [live, elsewhere]) {
    socket.send('ping')
    await socket.next('pong')
  }
  // An agent without a response sends the call again. It is stored once.
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
    'No other user receives it.',
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

export async function listsOfCalls(ana: Person, bo: Person, clientId: string): Promise<void> {
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

export async function analytics(ana: Person, bo: Person, clientId: string): Promise<void> {
  // A time zone where it is not close to midnight.
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
  assert.deepEqual(shares.data, [share('positive'), share('neutral'), share('negative')])

  await refused(400, ana.get('/api/analytics/dashboard?days=0'), 'query.days')
  await refused(400, ana.get('/api/analytics/calls-per-day?days=many'), 'query.days')
  await refused(400, ana.get('/api/analytics/sentiment?tz=Atlantis'), 'query.tz')
  await refused(404, bo.get(ofClient))
  await refused(404, ana.get(`/api/analytics/client/${unknownId}/stats`))
}
