import assert from 'node:assert/strict'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import { data, type Sales } from './fixture.ts'

interface Known {
  prospectId: string
  propertyId: string
  conversationId: string
}

/** Returns the id of an appointment for the property. */
export async function checkAppointments(
  { owner, team, live }: Sales,
  { prospectId, propertyId, conversationId }: Known,
): Promise<string> {
  const visit = {
    prospect_id: prospectId,
    property_id: propertyId,
    assigned_rep_id: team.sales_rep.id,
    scheduled_date: '2040-05-04T10:00:00.000Z',
    location: 'Gate 2',
    notes: 'Brings his sister',
    source_channel: 'phone',
  }
  const made = await data(201, team.sales_rep.post('/api/appointments', { ...visit, conversation_id: conversationId }))
  assertShape(made, {
    ...visit,
    id: anId,
    prospect_name: 'Omar Haddad',
    property_name: 'Palm Villa',
    assigned_rep_name: 'Sami',
    duration_minutes: 60,
    status: 'scheduled',
    created_at: anInstant,
    updated_at: anInstant,
  })
  await live.next('appointment:new', ({ appointment_id }) => appointment_id === made.id)
  const appointmentId: string = made.id
  await refused(400, owner.post('/api/appointments', { prospect_id: prospectId }), 'body.scheduled_date')
  await refused(400, owner.post('/api/appointments', { ...visit, scheduled_date: 'tomorrow' }), 'body.scheduled_date')
  await refused(404, owner.post('/api/appointments', { ...visit, prospect_id: unknownId }))
  await refused(404, owner.post('/api/appointments', { ...visit, property_id: unknownId }))
  await refused(409, owner.post('/api/appointments', { ...visit, scheduled_date: '2040-05-04T10:59:00Z' }))

  const count = async (query: string) => (await data(200, owner.get(`/api/appointments?${query}`))).length
  for (const query of ['', `prospectId=${prospectId}`, `assignedRepId=${team.sales_rep.id}`, 'status=scheduled'])
    assert.equal(await count(query), 1, query)
  assert.equal(await count('status=cancelled'), 0)
  await refused(400, owner.get('/api/appointments?status=dreamt'), 'query.status')

  const path = `/api/appointments/${appointmentId}`
  assertShape(await data(200, owner.get(path)), visit)
  await refused(404, owner.get(`/api/appointments/${unknownId}`))
  const moved = await data(200, owner.put(path, { scheduled_date: '2040-05-05T10:00:00.000Z' }))
  assertShape(moved, { id: appointmentId, status: 'rescheduled', scheduled_date: '2040-05-05T10:00:00.000Z' })
  await refused(400, owner.put(path, { status: 'dreamt' }), 'body.status')
  const free = await data(201, owner.post('/api/appointments', visit))
  assertShape(await data(200, owner.put(`/api/appointments/${free.id}`, { status: 'cancelled' })), {
    status: 'cancelled',
  })
  await refused(409, owner.put(`/api/appointments/${free.id}`, { status: 'completed' }))
  assertShape(await data(200, owner.get(`/api/prospects/${prospectId}`)), { status: 'appointment_set' })
  return appointmentId
}

/** Returns the id of the handoff that was created from the appointment. */
export async function checkHandoffs(
  { owner, team, live }: Sales,
  { prospectId, propertyId, conversationId }: Known,
  appointmentId: string,
): Promise<string> {
  const made = await answered(201, owner.post('/api/handoffs/from-appointment', { appointmentId }))
  assertShape(made, {
    id: anId,
    conversation_id: conversationId,
    prospect_id: prospectId,
    prospect_name: 'Omar Haddad',
    prospect_phone: '+971501234567',
    prospect_email: 'omar@example.com',
    prospect_whatsapp: '+971501234568',
    timestamp: anInstant,
    priority: /^(high|medium|low)$/,
    reason: aText,
    summary: /Omar Haddad/,
    detected_needs: (list) => (list as string[]).length > 0,
    suggested_properties: ['Palm Villa'],
    suggestions: [{ property_id: propertyId, name: 'Palm Villa', reasons: (list) => (list as string[]).length > 0 }],
    qualification_score: { total: aNumber, parts: { budget: { score: aNumber } } },
    conversation_context: aText,
    next_steps: (list) => (list as string[]).length > 0,
    status: 'pending',
    claimed_by: null,
    claimed_at: null,
    source_channel: 'phone',
    suggested_follow_up_channel: 'whatsapp',
    expires_at: anInstant,
  })
  const handoffId: string = made.id
  await live.next('handoff:new', ({ id, prospect_name }) => id === handoffId && prospect_name === 'Omar Haddad')
  await refused(400, owner.post('/api/handoffs/from-appointment', {}), 'body.appointmentId')
  await refused(404, owner.post('/api/handoffs/from-appointment', { appointmentId: unknownId }))

  const byHand = { prospect_id: prospectId, priority: 'low', reason: 'Wants a brochure', next_steps: ['Send it'] }
  assertShape(await answered(201, owner.post('/api/handoffs', byHand)), { ...byHand, status: 'pending' })
  await refused(400, owner.post('/api/handoffs', { priority: 'low' }), 'body.prospect_id')
  await refused(400, owner.post('/api/handoffs', { ...byHand, priority: 'urgent' }), 'body.priority')
  await refused(404, owner.post('/api/handoffs', { ...byHand, prospect_id: unknownId }))

  const path = `/api/handoffs/${handoffId}`
  assertShape(await data(200, owner.get('/api/handoffs?status=pending')), (list) => (list as unknown[]).length === 2)
  await refused(400, owner.get('/api/handoffs?status=lost'), 'query.status')
  assert.deepEqual(await answered(200, owner.get(path)), made)
  await refused(404, owner.get(`/api/handoffs/${unknownId}`))
  assertShape(await answered(200, owner.put(path, { priority: 'high' })), { priority: 'high', reason: made.reason })
  await refused(400, owner.put(path, { priority: 'urgent' }), 'body.priority')

  await refused(409, owner.post(`${path}/complete`, {}))
  const claims = await Promise.all([team.sales_rep, team.sales_manager].map(({ post }) => post(`${path}/claim`)))
  assert.deepEqual(claims.map(({ status }) => status).toSorted(), [200, 409])
  const { body: claimed } = claims.find(({ status }) => status === 200)!
  assertShape(claimed, { status: 'claimed', claimed_by: anId, claimed_at: anInstant })
  await refused(409, owner.post(`${path}/claim`))
  const done = await answered(200, team.sales_manager.post(`${path}/complete`, { outcome: 'Offer made' }))
  assertShape(done, { status: 'completed', claimed_by: claimed.claimed_by, outcome: 'Offer made' })
  const late = await answered(201, owner.post('/api/handoffs', { ...byHand, expires_at: '2026-11-01T00:00:00Z' }))
  await refused(409, owner.post(`/api/handoffs/${late.id}/claim`))
  return handoffId
}
