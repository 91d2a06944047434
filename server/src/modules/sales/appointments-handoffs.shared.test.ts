import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { type SignedUp, sharedTestServer } from '../../../test/server.ts'
import { statement } from '../../platform/database/statement.ts'
import { serverContext } from '../../platform/services.ts'
import { expireHandoffs } from './handoffs/jobs.ts'
import { appointmentTransitions, handoffTransitions, prospectTransitions } from './transitions.ts'

const server = await sharedTestServer()
const ana = await server.signUp()
const made = async (path: string, body: object) => {
  const answer = await ana.post(path, body)
  assert.ok(answer.status === 201, answer.text)
  return answer.body.data ?? answer.body
}
const newProspect = (more: object = {}) =>
  made('/api/prospects', { name: 'Layla Haddad', city: 'Dubai', budget: 'AED 2-3M', ...more })
const kinds = async (contactId: string) =>
  (await ana.get(`/api/contacts/${contactId}/timeline`)).body.data.map(({ kind }: { kind: string }) => kind)

test('every transition leads to a status of its table', () => {
  for (const table of [prospectTransitions, appointmentTransitions] as Record<string, readonly string[]>[]) {
    for (const targets of Object.values(table)) for (const to of targets) assert.ok(to in table, to)
  }
  for (const actions of Object.values(handoffTransitions))
    for (const to of Object.values(actions)) assert.ok(to in handoffTransitions, to)
})

test('of fifty concurrent bookings of one slot, one succeeds', async () => {
  const rep = await server.addMember(ana, 'sales_rep')
  const { id: prospect_id } = await newProspect()
  const booking = (minute: number) => ({
    prospect_id,
    assigned_rep_id: rep.userId,
    scheduled_date: `2040-12-01T10:${String(minute).padStart(2, '0')}:00Z`,
  })
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => ana.post('/api/appointments', booking(i))))
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  for (const { status, body } of answers.filter(({ status }) => status !== 201))
    assert.deepEqual([status, body.code], [409, 'slot_taken'])
  const { body } = await ana.get(`/api/appointments?assignedRepId=${rep.userId}`)
  assert.equal(body.data.length, 1)
  const [booked] = body.data
  const end = new Date(Date.parse(booked.scheduled_date) + 3_600_000).toISOString()
  assert.equal(
    (await ana.post('/api/appointments', { ...booking(0), scheduled_date: end })).status,
    201,
    'the next appointment can start when the first ends',
  )
})

test('an appointment includes the names it refers to, and updates the status of the prospect', async () => {
  const property = await made('/api/properties', { name: 'Palm 12', city: 'Dubai' })
  const prospect = await newProspect({ name: 'Vera Booker' })
  const appointment = await made('/api/appointments', {
    prospect_id: prospect.id,
    property_id: property.id,
    assigned_rep_id: ana.userId,
    scheduled_date: '2040-12-02T10:00:00+04:00',
    location: 'Gate 2',
    source_channel: 'phone',
  })
  assert.deepEqual(
    [
      appointment.prospect_name,
      appointment.property_name,
      appointment.assigned_rep_id,
      appointment.duration_minutes,
      appointment.status,
    ],
    ['Vera Booker', 'Palm 12', ana.userId, 60, 'scheduled'],
  )
  assert.equal(appointment.scheduled_date, '2040-12-02T06:00:00.000Z')
  assert.equal((await ana.get(`/api/prospects/${prospect.id}`)).body.data.status, 'appointment_set')
  assert.deepEqual((await kinds(prospect.id)).toSorted(), [
    'appointment.booked',
    'property.interest',
    'prospect.created',
    'prospect.status',
  ])
  assert.equal((await ana.get(`/api/appointments?prospectId=${prospect.id}&status=scheduled`)).body.data.length, 1)
  assert.deepEqual((await ana.get('/api/appointments?status=cancelled')).body.data, [])
  assert.equal((await ana.get('/api/appointments?status=maybe')).status, 400)
  await ana.delete(`/api/properties/${property.id}`)
  assert.equal(
    (await ana.get(`/api/appointments/${appointment.id}`)).body.data.property_name,
    'Palm 12',
    'the name of the deleted property stays',
  )
})

test('rescheduling keeps the appointment and adds to its history; cancelling frees the slot', async () => {
  const rep = await server.addMember(ana, 'sales_rep')
  const { id: prospect_id } = await newProspect()
  const slot = (scheduled_date: string) => ({ prospect_id, assigned_rep_id: rep.userId, scheduled_date })
  const { id } = await made('/api/appointments', slot('2040-12-05T10:00:00Z'))
  const other = await made('/api/appointments', slot('2040-12-05T12:00:00Z'))
  const path = `/api/appointments/${id}`
  const moved = await ana.post(`${path}/reschedule`, { scheduled_date: '2040-12-05T14:00:00Z', reason: 'Travels' })
  assert.deepEqual([moved.body.data.id, moved.body.data.status], [id, 'rescheduled'])
  assert.equal((await ana.patch(path, { scheduled_date: '2040-12-05T12:30:00Z' })).body.code, 'slot_taken')
  assert.equal((await ana.post(`/api/appointments/${other.id}/cancel`, {})).body.data.status, 'cancelled')
  assert.equal((await ana.patch(path, { scheduled_date: '2040-12-05T12:30:00Z' })).status, 200)
  assert.equal((await ana.patch(`/api/appointments/${other.id}`, { status: 'scheduled' })).status, 409)
  assert.equal((await ana.patch(path, { status: 'completed' })).status, 200)
  const { body } = await ana.get(`${path}/history`)
  assert.deepEqual(
    body.data.map((step: { status: string; reason: string | null }) => [step.status, step.reason]),
    [
      ['scheduled', null],
      ['rescheduled', 'Travels'],
      ['rescheduled', null],
      ['completed', null],
    ],
  )
  assert.ok((await kinds(prospect_id)).includes('appointment.cancelled'))
})

test('a time in the past is refused, and a prospect cannot have two appointments at the same time', async () => {
  const [sami, lea] = [await server.addMember(ana, 'sales_rep'), await server.addMember(ana, 'sales_rep')]
  const { id: prospect_id } = await newProspect()
  const at = (scheduled_date: string, more: object = {}) =>
    ana.post('/api/appointments', { prospect_id, assigned_rep_id: sami.userId, scheduled_date, ...more })
  const past = await at('2020-01-01T10:00:00Z')
  assert.deepEqual([past.status, past.body.details[0].path], [400, 'body.scheduled_date'])
  assert.equal((await at('2040-12-07T10:00:00Z')).status, 201)
  const twice = await at('2040-12-07T10:30:00Z', { assigned_rep_id: lea.userId })
  assert.deepEqual([twice.status, twice.body.code], [409, 'prospect_busy'])
  assert.equal((await at('2040-12-07T10:30:00Z', { assigned_rep_id: null })).body.code, 'prospect_busy')
  const { body: later } = await at('2040-12-07T11:00:00Z', { assigned_rep_id: lea.userId })
  const path = `/api/appointments/${later.data.id}`
  assert.equal(
    (await ana.post(`${path}/reschedule`, { scheduled_date: '2040-12-07T10:59:00Z' })).body.code,
    'prospect_busy',
  )
  assert.equal((await ana.patch(path, { scheduled_date: '2020-01-01T10:00:00Z' })).status, 400)
  assert.equal((await ana.patch(path, { notes: 'Bring the plans' })).status, 200)

  const many = await Promise.all(
    [sami, lea, sami, lea].map(({ userId }) => at('2040-12-08T10:00:00Z', { assigned_rep_id: userId })),
  )
  assert.equal(many.filter(({ status }) => status === 201).length, 1)
})

test('with from or to, appointments are paged in the order of their start times', async () => {
  const rep = await server.addMember(ana, 'sales_rep')
  for (const hour of ['09', '15', '11', '13'])
    await made('/api/appointments', {
      prospect_id: (await newProspect()).id,
      assigned_rep_id: rep.userId,
      scheduled_date: `2041-01-02T${hour}:00:00Z`,
    })
  const hours = async (filter: string) => {
    const found: string[] = []
    for (let path: string | undefined = `/api/appointments?assignedRepId=${rep.userId}&limit=3&${filter}`; path;) {
      const { body, headers } = await ana.get(path)
      found.push(...body.data.map((row: { scheduled_date: string }) => row.scheduled_date.slice(11, 13)))
      path = /<([^>]+)>; *rel="next"/.exec(headers.get('link') ?? '')?.[1]
    }
    return found
  }
  assert.deepEqual(await hours('from=2041-01-02&to=2041-01-02'), ['09', '11', '13', '15'])
  assert.deepEqual(await hours('from=2041-01-02T11:00:00Z&to=2041-01-02T15:00:00Z'), ['11', '13'])
  assert.deepEqual(await hours('from=2041-01-03'), [])
  assert.deepEqual(await hours(''), ['13', '11', '15', '09'])
  assert.equal((await ana.get('/api/appointments?from=soon')).status, 400)
})

test('a campaign counts the appointments booked from it, except cancelled ones', async () => {
  const campaign = await made('/api/campaigns', { name: 'Villas', segment: 'investors' })
  const { id: prospect_id } = await newProspect()
  const conversation = await made('/api/conversations', { prospect_id, campaign_id: campaign.id })
  const { id } = await made('/api/appointments', {
    prospect_id,
    conversation_id: conversation.id,
    scheduled_date: '2040-12-06T10:00:00Z',
  })
  const counted = async () => (await ana.get(`/api/campaigns/${campaign.id}`)).body.booked_appointments
  assert.equal(await counted(), 1)
  await ana.post(`/api/appointments/${id}/cancel`, {})
  assert.equal(await counted(), 0)
})

test('a handoff from an appointment contains the full package with suggestions of available properties', async () => {
  const villa = { city: 'Ajman', type: 'villa', bedrooms: 3, features: ['pool'] }
  const visited = await made('/api/properties', { name: 'Visited', price: 2_400_000, currency: 'AED', ...villa })
  const similar = await made('/api/properties', { name: 'Similar', price_range: 'AED 2-2.5M', ...villa })
  await made('/api/properties', { name: 'Too expensive', price: 9_000_000, currency: 'AED', ...villa })
  await made('/api/properties', { name: 'Sold already', price: 2_400_000, currency: 'AED', status: 'sold', ...villa })
  const prospect = await newProspect({
    name: 'Nora Need',
    city: 'Ajman',
    timeline: 'ASAP',
    phone: '+971501239001',
    preferred_channel: 'phone',
  })
  const conversation = await made('/api/conversations', {
    prospect_id: prospect.id,
    sentiment: 'positive',
    messages: [{ sender: 'customer', text: 'With a pool, please.' }],
  })
  await made(`/api/conversations/${conversation.id}/entities`, { type: 'feature', value: 'Pool' })
  const soon = new Date(Date.now() + 24 * 3_600_000).toISOString()
  const appointment = await made('/api/appointments', {
    prospect_id: prospect.id,
    property_id: visited.id,
    scheduled_date: soon,
  })

  const { status, body: handoff } = await ana.post('/api/handoffs/from-appointment', { appointmentId: appointment.id })
  assert.equal(status, 201)
  assert.deepEqual(
    [handoff.prospect_name, handoff.prospect_phone, handoff.conversation_id, handoff.status, handoff.priority],
    ['Nora Need', '+971501239001', conversation.id, 'pending', 'high'],
  )
  assert.equal(handoff.reason, 'The appointment is within 48 hours')
  assert.deepEqual(handoff.suggested_properties, ['Visited', 'Similar'])
  assert.deepEqual(handoff.suggestions[1], {
    property_id: similar.id,
    name: 'Similar',
    reasons: ['In Ajman', 'Within the budget', '3 bedrooms', 'Is a villa', 'Has pool'],
  })
  assert.ok(handoff.detected_needs.includes('City: Ajman'))
  assert.deepEqual(Object.keys(handoff.qualification_score.parts).toSorted(), [
    'authority',
    'budget',
    'engagement',
    'need',
    'timeline',
  ])
  assert.match(handoff.summary, /^Nora Need has an appointment\. Requirements: city: Ajman/)
  assert.match(handoff.conversation_context, /customer: With a pool, please\./)
  assert.match(handoff.next_steps[0], /^Confirm the appointment/)
  assert.equal(handoff.suggested_follow_up_channel, 'phone')
  const stored = (await ana.get(`/api/prospects/${prospect.id}/qualification-scores`)).body.data[0]
  assert.equal(stored.total, handoff.qualification_score.total)

  const again = await ana.post('/api/handoffs/from-appointment', { appointmentId: appointment.id })
  assert.deepEqual([again.status, again.body.id], [200, handoff.id], 'a repeated request creates no second handoff')
  assert.ok((await kinds(prospect.id)).includes('handoff.created'))
})

test('a handoff for a prospect without a conversation creates one', async () => {
  const { id: prospect_id } = await newProspect({ preferred_channel: 'whatsapp' })
  const appointment = await made('/api/appointments', { prospect_id, scheduled_date: '2027-03-01T10:00:00Z' })
  const handoff = await made('/api/handoffs/from-appointment', { appointmentId: appointment.id })
  const { body } = await ana.get(`/api/conversations/${handoff.conversation_id}`)
  assert.deepEqual([body.data.prospect_id, body.data.channel, body.data.message_count], [prospect_id, 'whatsapp', 0])
})

test('of fifty concurrent claims of a handoff one succeeds, and its claimant completes it', async () => {
  const { id: prospect_id } = await newProspect()
  const handoff = await made('/api/handoffs', {
    prospect_id,
    priority: 'high',
    reason: 'Asks for the price',
    next_steps: ['Call today'],
  })
  assert.deepEqual(
    [handoff.reason, handoff.next_steps, handoff.priority],
    ['Asks for the price', ['Call today'], 'high'],
  )
  const reps = await Promise.all(Array.from({ length: 5 }, () => server.addMember(ana, 'sales_rep')))
  const path = `/api/handoffs/${handoff.id}`
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => (reps[i % 5] as SignedUp).post(`${path}/claim`)),
  )
  const [won, ...more] = answers.filter(({ status }) => status === 200)
  assert.equal(more.length, 0)
  for (const { status, body } of answers.filter(({ status }) => status !== 200))
    assert.deepEqual([status, body.code], [409, 'already_claimed'])
  const winner = reps.find(({ userId }) => userId === won?.body.claimed_by) as SignedUp
  const loser = reps.find((rep) => rep !== winner) as SignedUp
  assert.equal((await loser.post(`${path}/complete`, {})).status, 403)
  const { body: done } = await winner.post(`${path}/complete`, { outcome: 'Viewing agreed' })
  assert.deepEqual([done.status, done.outcome], ['completed', 'Viewing agreed'])
  assert.equal((await winner.post(`${path}/claim`)).status, 409)
  assert.equal((await ana.patch(path, { priority: 'low' })).status, 409)
  assert.deepEqual((await kinds(prospect_id)).slice(0, 2), ['handoff.completed', 'handoff.claimed'])
})

test('a claimed handoff can be released for another member', async () => {
  const { id: prospect_id } = await newProspect()
  const { id } = await made('/api/handoffs', { prospect_id })
  const rep = await server.addMember(ana, 'sales_rep')
  assert.equal((await ana.post(`/api/handoffs/${id}/release`)).status, 409, 'it is not claimed')
  await rep.post(`/api/handoffs/${id}/claim`)
  const { body } = await rep.post(`/api/handoffs/${id}/release`)
  assert.deepEqual([body.status, body.claimed_by], ['pending', null])
  assert.equal((await ana.post(`/api/handoffs/${id}/claim`)).status, 200)
})

test('an unclaimed handoff expires: the status changes at once, the job emits the event', async () => {
  const { id: prospect_id } = await newProspect()
  const { id } = await made('/api/handoffs', { prospect_id, expires_at: '2026-01-01T00:00:00Z' })
  assert.equal((await ana.get(`/api/handoffs/${id}`)).body.status, 'expired')
  assert.equal((await ana.post(`/api/handoffs/${id}/claim`)).status, 409)
  const listed = async (status: string) =>
    (await ana.get(`/api/handoffs?status=${status}&prospectId=${prospect_id}`)).body.data.length
  assert.deepEqual([await listed('expired'), await listed('pending')], [1, 0])
  await expireHandoffs.run(serverContext(server.app.services, { workspaceId: null }), {})
  await expireHandoffs.run(serverContext(server.app.services, { workspaceId: null }), {})
  const stored = statement(
    'test.handoff_status',
    (_, p: { id: string }) => sql<{ status: string }>`select status from sales.handoffs where id = ${p.id}`,
  )
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId })
  assert.equal((await ctx.db.one(stored, { id })).status, 'expired')
  assert.equal((await kinds(prospect_id)).filter((kind: string) => kind === 'handoff.expired').length, 1)
})

test('routing rules assign a handoff of an unassigned prospect', async () => {
  const boss = await server.signUp()
  const rep = await server.addMember(boss, 'sales_rep')
  await boss.post('/api/routing-rules', {
    name: 'Urgent',
    applies_to: ['handoff'],
    member_ids: [rep.userId],
    strategy: 'member',
    conditions: { priority: ['high'] },
  })
  const { body: prospect } = await boss.post('/api/prospects', { name: 'Unassigned' })
  const { body: high } = await boss.post('/api/handoffs', { prospect_id: prospect.data.id, priority: 'high' })
  const { body: low } = await boss.post('/api/handoffs', { prospect_id: prospect.data.id, priority: 'low' })
  assert.equal(high.assigned_to, rep.userId)
  assert.match(high.assignment_reason, /Rule "Urgent".*priority is high/)
  assert.equal(low.assigned_to, null)
})
