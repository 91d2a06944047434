import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainAs } from '../../../test/explain.ts'
import { startTestServer } from '../../../test/server.ts'
import { openSocket } from '../../../test/sockets.ts'
import { list as listOfProperties } from './properties/properties.ts'

const server = await startTestServer()
const ana = await server.signUp()
const made = async (path: string, body: object) => {
  const answer = await ana.post(path, body)
  assert.equal(answer.status, 201, answer.text)
  return answer.body.data
}
const newProspect = (more: object = {}) => made('/api/prospects', { name: 'Layla Haddad', ...more })

test('a prospect is a contact in the pipeline, with a parsed budget and timeline', async () => {
  const prospect = await newProspect({
    email: 'Layla@example.com',
    phone: '+971501230001',
    whatsapp: '+971501230002',
    budget: 'AED 2-3M',
    city: 'Dubai',
    timeline: 'within 3 months',
    preferred_channel: 'whatsapp',
  })
  assert.deepEqual(
    [prospect.name, prospect.phone, prospect.whatsapp, prospect.status],
    ['Layla Haddad', '+971501230001', '+971501230002', 'new'],
  )
  assert.deepEqual(
    [prospect.budget, prospect.budget_min, prospect.budget_max, prospect.budget_currency],
    ['AED 2-3M', 2e6, 3e6, 'AED'],
  )
  assert.equal(prospect.timeline_days, 90)
  assert.equal((await ana.get(`/api/contacts/${prospect.id}`)).body.email, 'layla@example.com')
  const { body: timeline } = await ana.get(`/api/contacts/${prospect.id}/timeline`)
  assert.equal(timeline.data[0].kind, 'prospect.created')
})

test('an existing contact with the same number becomes a prospect with the same id, only once', async () => {
  const { body: contact } = await ana.post('/api/contacts', {
    first_name: 'Omar',
    last_name: 'Aziz',
    phone_number: '+971501230003',
  })
  const prospect = await newProspect({ name: 'Omar A.', phone: '+971 50 123 0003' })
  assert.equal(prospect.id, contact.id)
  assert.equal(prospect.name, 'Omar Aziz', "the contact's name does not change")
  const twice = await ana.post('/api/prospects', { name: 'Omar', phone: '+971501230003' })
  assert.deepEqual([twice.status, twice.body.code], [409, 'prospect_exists'])
})

test('filters, full-text search, and pages by the Link header', async () => {
  const names = ['Zora Quill', 'Zelda Quill', 'Zane Quill']
  for (const name of names) await newProspect({ name, city: 'Sharjah', email: `${name.split(' ')[0]}@quill.example` })
  const found = async (query: string) =>
    (await ana.get(`/api/prospects?${query}`)).body.data.map(({ name }: { name: string }) => name)
  assert.deepEqual(await found('city=sharjah'), names.toReversed())
  assert.deepEqual(await found('q=zel'), ['Zelda Quill'])
  assert.deepEqual(await found('q=quill&status=new&city=Sharjah'), names.toReversed())
  assert.deepEqual(await found('q=quill&status=lost'), [])
  const first = await ana.get('/api/prospects?q=quill&limit=2')
  assert.deepEqual(Object.keys(first.body), ['data'])
  const [, next] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
  const second = await ana.get(String(next))
  assert.deepEqual(
    second.body.data.map(({ name }: { name: string }) => name),
    ['Zora Quill'],
  )
  assert.equal((await ana.get('/api/prospects?status=sleeping')).status, 400)
})

test('changing the name changes the contact, and the search finds it', async () => {
  const prospect = await newProspect({ name: 'Before Wedding', whatsapp: '+971501230010' })
  const { body } = await ana.patch(`/api/prospects/${prospect.id}`, {
    name: 'After Wedding',
    whatsapp: '+971501230011',
    budget: '',
  })
  assert.deepEqual([body.data.name, body.data.whatsapp, body.data.budget], ['After Wedding', '+971501230011', null])
  assert.equal((await ana.get('/api/prospects?q=after')).body.data[0].id, prospect.id)
  assert.equal((await ana.get('/api/prospects?q=before')).body.data.length, 0)
  assert.equal((await ana.patch(`/api/prospects/${prospect.id}`, { whatsapp: null })).body.data.whatsapp, null)
})

test('the status changes only by the transitions of the table', async () => {
  const { id } = await newProspect()
  assert.equal((await ana.patch(`/api/prospects/${id}`, { status: 'qualified' })).status, 200)
  const back = await ana.patch(`/api/prospects/${id}`, { status: 'new' })
  assert.deepEqual([back.status, back.body.code], [409, 'wrong_status'])
  const { body: timeline } = await ana.get(`/api/contacts/${id}/timeline`)
  assert.deepEqual(
    timeline.data.map(({ kind }: { kind: string }) => kind),
    ['prospect.status', 'prospect.created'],
  )
})

test('merging two prospects keeps the appointments of both', async () => {
  const keep = await newProspect({ name: 'Layla One', phone: '+971501230020' })
  const old = await newProspect({ name: 'Layla Two', email: 'layla.two@example.com' })
  const appointment = await made('/api/appointments', { prospect_id: old.id, scheduled_date: '2040-12-03T10:00:00Z' })
  assert.equal((await ana.post(`/api/contacts/${keep.id}/merge`, { contact_id: old.id })).status, 200)
  assert.equal((await ana.get(`/api/prospects/${old.id}`)).body.data.id, keep.id)
  assert.equal((await ana.get(`/api/appointments/${appointment.id}`)).body.data.prospect_id, keep.id)
})

test('deleting a prospect deletes its appointments and handoffs, and keeps the contact', async () => {
  const { id } = await newProspect()
  const appointment = await made('/api/appointments', { prospect_id: id, scheduled_date: '2040-12-04T10:00:00Z' })
  assert.deepEqual((await ana.delete(`/api/prospects/${id}`)).body, { success: true })
  assert.equal((await ana.get(`/api/prospects/${id}`)).status, 404)
  assert.equal((await ana.get(`/api/appointments/${appointment.id}`)).status, 404)
  assert.equal((await ana.get(`/api/contacts/${id}`)).status, 200)
})

test('routing rules assign new prospects to members in turn, with the reason', async () => {
  const boss = await server.signUp()
  const reps = [await server.addMember(boss, 'sales_rep'), await server.addMember(boss, 'sales_rep')]
  const rule = {
    name: 'Dubai',
    member_ids: reps.map(({ userId }) => userId),
    conditions: { city: ['Dubai'], budget_min: 1_000_000 },
  }
  assert.equal((await boss.post('/api/routing-rules', rule)).status, 201)
  const assigned = []
  for (const name of ['One', 'Two', 'Three']) {
    const { body } = await boss.post('/api/prospects', { name, city: 'dubai', budget: 'AED 2M' })
    assert.match(body.data.assignment_reason, /Rule "Dubai" chose .*: city is dubai, budget is at least 1,000,000/)
    assigned.push(body.data.assigned_to)
  }
  assert.deepEqual(assigned, [reps[0]?.userId, reps[1]?.userId, reps[0]?.userId])
  assert.equal(
    (await boss.post('/api/prospects', { name: 'Poor', city: 'Dubai', budget: '500k' })).body.data.assigned_to,
    null,
  )
  assert.equal((await boss.get(`/api/prospects?assignedTo=${reps[0]?.userId}`)).body.data.length, 2)
  assert.equal((await boss.post('/api/routing-rules', { ...rule, member_ids: [ana.userId] })).status, 400)
})

test('a sales representative can assign prospects only to themselves', async () => {
  const boss = await server.signUp()
  const rep = await server.addMember(boss, 'sales_rep')
  const { body } = await rep.post('/api/prospects', { name: 'Mine', assigned_to: rep.userId })
  assert.equal(body.data.assigned_to, rep.userId)
  assert.equal((await rep.patch(`/api/prospects/${body.data.id}`, { assigned_to: boss.userId })).status, 403)
  assert.equal((await boss.patch(`/api/prospects/${body.data.id}`, { assigned_to: boss.userId })).status, 200)
  assert.equal(
    (await boss.patch(`/api/prospects/${body.data.id}`, { assigned_to: ana.userId })).status,
    400,
    'not a member of this workspace',
  )
})

test('a score is computed from the known data, and given parts replace computed parts', async () => {
  const { id } = await newProspect({ budget: 'AED 2-3M', city: 'Dubai', timeline: 'ASAP', phone: '+971501230030' })
  const computed = await made(`/api/prospects/${id}/qualification-scores`, {})
  assert.deepEqual(
    [
      computed.source,
      computed.parts.budget.score,
      computed.parts.timeline.score,
      computed.parts.need.score,
      computed.total,
      computed.grade,
    ],
    ['computed', 25, 20, 4, 56, 'warm'],
  )
  const given = await made(`/api/prospects/${id}/qualification-scores`, { authority: 15, notes: 'Buys alone' })
  assert.deepEqual([given.source, given.total, given.notes], ['given', 64, 'Buys alone'])
  const { body } = await ana.get(`/api/prospects/${id}/qualification-scores`)
  assert.deepEqual(
    body.data.map(({ total }: { total: number }) => total),
    [64, 56],
  )
  assert.equal((await ana.post(`/api/prospects/${id}/qualification-scores`, { authority: 16 })).status, 400)
})

test('a score can be corrected and deleted: the total is updated, and live clients receive the changes', async () => {
  const { id } = await newProspect({ budget: 'AED 2-3M', city: 'Dubai', timeline: 'ASAP', phone: '+971501230031' })
  const scores = `/api/prospects/${id}/qualification-scores`
  const { id: conversation_id } = await made('/api/conversations', {
    prospect_id: id,
    timestamp: '2025-05-01T10:00:00Z',
  })
  const score = await made(scores, { conversation_id, notes: 'First call' })
  const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: ana.token })
  const received = (total: number) =>
    socket.next(({ event, data }) => event === 'prospect:update' && data.score_id === score.id && data.total === total)

  const corrected = await ana.patch(`${scores}/${score.id}`, { authority: 15, budget: 10 })
  assert.equal(corrected.status, 200, corrected.text)
  assert.deepEqual(corrected.body.data.parts.budget, { score: 10, max: 25, reason: 'Given by a member.' })
  assert.deepEqual(corrected.body.data.parts.timeline, score.parts.timeline)
  const { total, grade, source, notes } = corrected.body.data
  const expected = score.total - score.parts.budget.score + 10 - score.parts.authority.score + 15
  assert.deepEqual([total, grade, source, notes], [expected, 'warm', 'given', 'First call'])
  assert.equal((await received(expected)).data.grade, 'warm')

  const { body } = await ana.put(`${scores}/${score.id}`, { notes: null, conversation_id: '' })
  assert.deepEqual([body.data.total, body.data.notes, body.data.conversation_id], [expected, null, null])
  assert.equal((await ana.patch(`${scores}/${score.id}`, { need: 21 })).body.details[0].path, 'body.need')
  assert.equal((await ana.patch(`${scores}/${score.id}`, { conversation_id: id })).status, 404)
  const other = await newProspect()
  const elsewhere = `/api/prospects/${other.id}/qualification-scores/${score.id}`
  assert.deepEqual([(await ana.patch(elsewhere, { need: 1 })).status, (await ana.delete(elsewhere)).status], [404, 404])

  await Promise.all(
    [{ need: 20 }, { engagement: 20 }, { timeline: 0 }].map((part) => ana.patch(`${scores}/${score.id}`, part)),
  )
  const [now] = (await ana.get(scores)).body.data
  assert.equal(now.total, 10 + 0 + 15 + 20 + 20)
  assert.equal((await ana.delete(`${scores}/${score.id}`)).status, 200)
  assert.deepEqual((await ana.get(scores)).body.data, [])
  assert.equal((await ana.delete(`${scores}/${score.id}`)).status, 404)
  socket.drop()
})

test('a conversation with its messages, entities, actions, plan, live state and reviews', async () => {
  const prospect = await newProspect({ name: 'Talk Ative' })
  const conversation = await made('/api/conversations', {
    prospect_id: prospect.id,
    channel: 'phone',
    duration: 342,
    outcome: 'qualified',
    sentiment: 'positive',
    transcript: 'Hello …',
    ai_confidence: 0.87,
    handoff_suggested: true,
    timestamp: '2026-11-01T09:00:00Z',
    messages: [
      { sender: 'assistant', text: 'What are you looking for?' },
      { sender: 'customer', text: 'A villa.' },
    ],
  })
  assert.deepEqual(
    [
      conversation.prospect_id,
      conversation.prospect_name,
      conversation.duration,
      conversation.message_count,
      conversation.transcript,
    ],
    [prospect.id, 'Talk Ative', 342, 2, 'Hello …'],
  )
  assert.equal(conversation.timestamp, '2026-11-01T09:00:00.000Z')
  const path = `/api/conversations/${conversation.id}`
  const ids = async (query: string) =>
    (await ana.get(`/api/conversations?${query}`)).body.data.map(({ id }: { id: string }) => id)
  for (const query of [
    `prospectId=${prospect.id}`,
    'channel=phone&outcome=qualified',
    'from=2026-11-01&to=2026-11-02',
  ]) {
    assert.deepEqual(await ids(query), [conversation.id], query)
  }
  assert.deepEqual(await ids('from=2026-11-02'), [])
  assert.equal((await ana.get('/api/conversations?channel=pigeon')).status, 400)

  const spoken = { sender: 'customer', text: 'Three bedrooms.', client_id: 'u-1' }
  await made(`${path}/messages`, spoken)
  await made(`${path}/messages`, spoken)
  const { body: messages } = await ana.get(`${path}/messages`)
  assert.deepEqual(
    messages.data.map(({ text }: { text: string }) => text),
    ['Three bedrooms.', 'A villa.', 'What are you looking for?'],
  )

  const entity = await made(`${path}/entities`, {
    type: 'bedrooms',
    value: '3',
    confidence: 0.9,
    message_id: messages.data[0].id,
  })
  assert.equal((await ana.patch(`${path}/entities/${entity.id}`, { value: '4' })).body.data.value, '4')
  const action = await made(`${path}/actions`, { type: 'search', details: { found: 7 } })
  assert.deepEqual((await ana.patch(`${path}/actions/${action.id}`, { status: 'failed' })).body.data.details, {
    found: 7,
  })
  await made(`${path}/plan-steps`, { position: 2, description: 'Offer' })
  await made(`${path}/plan-steps`, { position: 1, description: 'Ask' })
  assert.deepEqual(
    (await ana.get(`${path}/plan-steps`)).body.data.map(({ description }: { description: string }) => description),
    ['Ask', 'Offer'],
  )
  const paged = await ana.get(`${path}/plan-steps?limit=1`)
  const [, next] = /<([^>]+)>/.exec(paged.headers.get('link') ?? '') ?? []
  assert.equal((await ana.get(String(next))).body.data[0].description, 'Offer')

  assert.equal((await ana.get(`${path}/live`)).status, 404)
  await ana.patch(`${path}/live`, { stage: 'qualification', next_action: 'Ask for the budget' })
  assert.deepEqual(
    (await ana.get('/api/conversations/live')).body.data.map(({ stage }: { stage: string }) => stage),
    ['qualification'],
  )
  await ana.patch(`${path}/live`, { status: 'ended' })
  assert.deepEqual((await ana.get('/api/conversations/live')).body.data, [])

  const { body: changed } = await ana.patch(path, { outcome: 'appointment_booked', duration: 400 })
  assert.deepEqual(
    [changed.data.outcome, changed.data.duration, changed.data.transcript],
    ['appointment_booked', 400, 'Hello …'],
  )
  assert.equal((await ana.delete(`${path}/entities/${entity.id}`)).status, 200)
  assert.equal((await ana.post(`${path}/entities`, { type: 'x', value: 'y', message_id: prospect.id })).status, 404)
})

test('quality assurance can read and review but not change conversations; operations cannot read their content', async () => {
  const qa = await server.addMember(ana, 'qa_supervisor')
  const operations = await server.addMember(ana, 'operations')
  const { id: prospect_id } = await newProspect()
  const { id } = await made('/api/conversations', { prospect_id, transcript: 'secret words' })
  assert.equal((await qa.get(`/api/conversations/${id}`)).body.data.transcript, 'secret words')
  const { status, body } = await qa.post(`/api/conversations/${id}/reviews`, { score: 70, note: 'Ask who decides' })
  assert.deepEqual([status, body.data.reviewed_by], [201, qa.userId])
  assert.equal((await qa.post(`/api/prospects/${prospect_id}/qualification-scores`, { need: 10 })).status, 201)
  assert.equal((await qa.patch(`/api/conversations/${id}`, { outcome: 'x' })).status, 403)
  for (const path of [
    '/api/conversations',
    `/api/conversations/${id}/messages`,
    '/api/prospects',
    '/api/handoffs',
    '/api/appointments',
  ]) {
    assert.equal((await operations.get(path)).status, 403, path)
  }
})

test('messages of a transcript can be corrected, messages of a channel cannot', async () => {
  const prospect = await newProspect()
  const { id } = await made('/api/conversations', { prospect_id: prospect.id, channel: 'phone' })
  const path = `/api/conversations/${id}/messages`
  const earlier = await made(path, { sender: 'customer', text: 'Fore bedrooms' })
  const latest = await made(path, { sender: 'member', text: 'With a pull?' })
  const change = (messageId: string, changes: object) => ana.patch(`${path}/${messageId}`, changes)

  const { body } = await change(earlier.id, { text: 'Four bedrooms' })
  assert.deepEqual(body.data, { ...earlier, text: 'Four bedrooms' })
  const moved = await change(latest.id, {
    sender: 'assistant',
    text: 'With a pool?',
    timestamp: '2026-11-20T10:00:00.000Z',
  })
  assert.deepEqual(moved.body.data, {
    ...latest,
    sender: 'assistant',
    sender_id: null,
    text: 'With a pool?',
    timestamp: '2026-11-20T10:00:00.000Z',
  })
  const { body: live } = await ana.patch(`/api/conversations/${id}/live`, { status: 'active' })
  assert.deepEqual([live.data.last_message_text, live.data.message_count], ['With a pool?', 2])
  assert.equal((await change(latest.id, { text: '' })).status, 200, 'an empty text is an omitted field')
  assert.equal((await change(latest.id, { sender: 'neighbour' })).body.details[0].path, 'body.sender')
  assert.equal((await change(prospect.id, { text: 'x' })).status, 404)
  const other = await made('/api/conversations', { prospect_id: prospect.id, channel: 'phone' })
  assert.equal((await ana.patch(`/api/conversations/${other.id}/messages/${latest.id}`, { text: 'x' })).status, 404)

  const { body: shop } = await ana.post('/api/shops', { name: 'Flats' })
  const { body: visit } = await server.anyone.post(`/api/public/shops/${shop.id}/conversations`, { text: 'Hello' })
  const { conversation } = visit
  const typed = await ana.patch(`/api/conversations/${conversation.id}/messages/${conversation.messages[0].id}`, {
    text: 'Goodbye',
  })
  assert.deepEqual([typed.status, typed.body.code], [409, 'already_sent'])
})

test('lists of properties use an index in list order, under row-level security', async () => {
  const { pool } = server.app.services.connections
  const filters = { city: 'Dubai', status: 'reserved', type: 'villa', q: null, before: ana.userId }
  const none = { city: false, status: false, type: false, continued: true, rows: '51' }
  for (const [shape, index] of [
    [none, 'properties_newest'],
    [{ ...none, city: true }, 'properties_city'],
    [{ ...none, status: true }, 'properties_status'],
    [{ ...none, type: true }, 'properties_type'],
  ] as const) {
    const plan = await explainAs(pool, ana, listOfProperties(shape).call(filters))
    assert.match(plan, new RegExp(`Index Scan using ${index} `), plan)
    assert.doesNotMatch(plan, /Seq Scan|Sort/, plan)
  }
})

// The statement of the function with values in place of its variables, because it is planned for the values each time.
test('a search for rare words uses the search index, a search for frequent words reads from the newest row', async () => {
  const { pool } = server.app.services.connections
  const other = await server.signUp()
  await pool.query(
    `insert into sales.properties (id, workspace_id, name, currency, description)
     select gen_random_uuid(), (array[$1, $2]::uuid[])[1 + i % 2], 'House ' || i, 'USD', 'bright rooms near street' || i % 200
       from generate_series(1, 6000) i`,
    [ana.workspaceId, other.workspaceId],
  )
  await pool.query("select gin_clean_pending_list('sales.properties_search')")
  await pool.query('analyze sales.properties')
  const { rows } = await pool.query<{ prosrc: string }>(
    "select prosrc from pg_proc where oid = 'sales.search_properties(text, text, text, text, uuid, int)'::regprocedure",
  )
  const body = /return query\s+([^;]+);/.exec(rows[0]?.prosrc ?? '')?.[1] ?? ''
  const planFor = async (word: string) => {
    const text = body
      .replace('= mine', `= '${ana.workspaceId}'`)
      .replace('wanted', `'''${ana.workspaceId}'' & ''${word}'':*'::tsquery`)
      .replace(/p_(city|status|type)\b/g, 'null::text')
      .replace(/p_before/g, 'null::uuid')
      .replace('p_limit', '51')
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }
  assert.match(await planFor('street7'), /Bitmap Index Scan on properties_search/)
  const everywhere = await planFor('bright')
  assert.match(everywhere, /Index Scan (Backward )?using properties_/)
  assert.doesNotMatch(everywhere, /Seq Scan|Sort/)
  const found = async (q: string) => (await ana.get(`/api/properties?q=${q}&limit=200`)).body.data.length
  assert.deepEqual([await found('street198'), await found('bright'), await found('castle')], [30, 200, 0])
})

test('an empty form field is treated as omitted', async () => {
  const { status, features, currency } = await made('/api/properties', {
    name: 'Empty',
    status: '',
    features: null,
    currency: '',
    type: '',
  })
  assert.deepEqual([status, features, currency], ['available', [], 'USD'])
})

test('a cleared number can be used for another prospect', async () => {
  const { id } = await newProspect({ name: 'Rim Saleh', phone: '+971501230090', email: 'rim@example.com' })
  const cleared = await ana.put(`/api/prospects/${id}`, { phone: null, email: '' })
  assert.deepEqual([cleared.status, cleared.body.data.phone, cleared.body.data.email], [200, null, null])
  assert.notEqual((await newProspect({ name: 'Sami', phone: '+971501230090' })).id, id)
})

test('conversations are sorted by the time they took place, and a date filter covers the whole day', async () => {
  const { id: prospect_id } = await newProspect({ name: 'Dana Days' })
  const late = await made('/api/conversations', { prospect_id, channel: 'phone', timestamp: '2026-03-02T18:00:00Z' })
  const early = await made('/api/conversations', { prospect_id, channel: 'email', timestamp: '2026-03-01T09:00:00Z' })
  const found = async (query: string) =>
    (await ana.get(`/api/conversations?prospectId=${prospect_id}${query}`)).body.data.map(
      ({ id }: { id: string }) => id,
    )
  assert.deepEqual(await found(''), [late.id, early.id], 'recorded in the opposite order')
  assert.deepEqual(await found('&from=2026-03-02&to=2026-03-02'), [late.id])
  assert.deepEqual(await found('&to=2026-03-01'), [early.id])
  assert.deepEqual(await found('&to=2026-03-01T09:00:00Z'), [], 'the end time is exclusive')
  const page = await ana.get(`/api/conversations?prospectId=${prospect_id}&limit=1`)
  const [, next] = /<([^>]+)>/.exec(page.headers.get('link') ?? '') ?? []
  assert.equal((await ana.get(next ?? '')).body.data[0].id, early.id)
})
