import assert from 'node:assert/strict'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import { data, type Sales } from './fixture.ts'

/** Returns the id of a rule that assigns prospects who look in Dubai to the representative. */
export async function checkRoutingRules({ owner, team, outsider }: Sales): Promise<string> {
  const rule = { name: 'Dubai', member_ids: [team.sales_rep.id], conditions: { city: ['Dubai'] } }
  const made = await data(201, team.sales_manager.post('/api/routing-rules', rule))
  assertShape(made, { id: anId, ...rule, active: true, position: aNumber, strategy: aText, created_at: anInstant })
  const ruleId: string = made.id
  await refused(400, owner.post('/api/routing-rules', { name: 'Without members' }), 'body.member_ids')
  await refused(400, owner.post('/api/routing-rules', { ...rule, member_ids: [outsider.id] }), 'body.member_ids')
  assertShape(await data(200, owner.get('/api/routing-rules')), [{ id: ruleId }])
  await refused(400, owner.get('/api/routing-rules?limit=0'), 'query.limit')
  const path = `/api/routing-rules/${ruleId}`
  assertShape(await data(200, owner.get(path)), rule)
  await refused(404, owner.get(`/api/routing-rules/${unknownId}`))
  assertShape(await data(200, owner.put(path, { position: 5 })), { ...rule, position: 5 })
  await refused(400, owner.put(path, { strategy: 'dice' }), 'body.strategy')
  const spare = await data(201, owner.post('/api/routing-rules', { ...rule, conditions: { city: ['Nowhere'] } }))
  assert.deepEqual(await answered(200, owner.delete(`/api/routing-rules/${spare.id}`)), { success: true })
  await refused(404, owner.delete(`/api/routing-rules/${spare.id}`))
  return ruleId
}

/** Returns the id of a prospect who looks in Dubai. */
export async function checkProspects({ owner, team, outsider }: Sales): Promise<string> {
  const omar = {
    name: 'Omar Haddad',
    email: 'omar@example.com',
    phone: '+971501234567',
    whatsapp: '+971501234568',
    budget: 'AED 2-3M',
    city: 'Dubai',
    timeline: 'within 2 months',
    preferred_channel: 'whatsapp',
  }
  const made = await data(201, team.sales_rep.post('/api/prospects', omar))
  assertShape(made, {
    ...omar,
    id: anId,
    status: 'new',
    assigned_to: team.sales_rep.id,
    assignment_reason: /Dubai/,
    budget_min: 2_000_000,
    budget_max: 3_000_000,
    budget_currency: 'AED',
    timeline_days: 60,
    created_at: anInstant,
    updated_at: anInstant,
  })
  const prospectId: string = made.id
  await refused(400, owner.post('/api/prospects', { city: 'Dubai' }), 'body.name')
  await refused(400, owner.post('/api/prospects', { name: 'X', email: 'not an address' }), 'body.email')
  await refused(400, owner.post('/api/prospects', { name: 'X', status: 'bored' }), 'body.status')
  await refused(400, owner.post('/api/prospects', { name: 'X', assigned_to: outsider.id }), 'body.assigned_to')

  const lea = await data(201, owner.post('/api/prospects', { name: 'Lea', city: 'Paris', status: 'contacted' }))
  const found = async (query: string) =>
    (await data(200, owner.get(`/api/prospects?${query}`))).map(({ id }: { id: string }) => id)
  assert.deepEqual(await found(''), [lea.id, prospectId])
  assert.deepEqual(await found('status=contacted'), [lea.id])
  assert.deepEqual(await found('city=Dubai'), [prospectId])
  assert.deepEqual(await found(`assignedTo=${team.sales_rep.id}`), [prospectId])
  assert.deepEqual(await found('limit=1'), [lea.id])
  assert.deepEqual(await found('q=haddad'), [prospectId])
  await refused(400, owner.get('/api/prospects?status=bored'), 'query.status')
  await refused(400, owner.get('/api/prospects?assignedTo=me'), 'query.assignedTo')

  const path = `/api/prospects/${prospectId}`
  assertShape(await data(200, owner.get(path)), omar)
  await refused(404, owner.get(`/api/prospects/${unknownId}`))
  assertShape(await data(200, owner.put(path, { status: 'contacted', budget: '4M AED' })), {
    ...omar,
    status: 'contacted',
    budget: '4M AED',
    budget_max: 4_000_000,
  })
  await refused(400, owner.put(path, { status: 'bored' }), 'body.status')
  await refused(404, owner.put(`/api/prospects/${unknownId}`, { status: 'contacted' }))
  assert.deepEqual(await answered(200, owner.delete(`/api/prospects/${lea.id}`)), { success: true })
  await refused(404, owner.delete(`/api/prospects/${lea.id}`))

  const scores = `${path}/qualification-scores`
  const score = await data(201, owner.post(scores, { notes: 'Serious', budget: 25 }))
  assertShape(score, {
    id: anId,
    prospect_id: prospectId,
    total: aNumber,
    parts: { budget: { score: 25 } },
    notes: 'Serious',
  })
  await refused(400, owner.post(scores, { budget: 1000 }), 'body.budget')
  assertShape(await data(200, owner.get(scores)), [{ id: score.id }])
  const corrected = await data(200, owner.put(`${scores}/${score.id}`, { budget: 20 }))
  assertShape(corrected, { id: score.id, parts: { budget: { score: 20 } }, notes: 'Serious' })
  await refused(404, owner.put(`${scores}/${unknownId}`, { budget: 20 }))
  const mistaken = await data(201, owner.post(scores, {}))
  assert.deepEqual(await answered(200, owner.delete(`${scores}/${mistaken.id}`)), { success: true })
  await refused(404, owner.delete(`${scores}/${mistaken.id}`))
  await refused(404, owner.get(`/api/prospects/${unknownId}/qualification-scores`))
  return prospectId
}

/** Returns the id of a campaign that contacts the prospect. */
export async function checkCampaigns({ owner, team }: Sales, prospectId: string): Promise<string> {
  const made = await data(
    201,
    team.sales_manager.post('/api/campaigns', {
      name: 'Villas',
      segment: 'Families',
      channels: ['whatsapp', 'email'],
    }),
  )
  assertShape(made, {
    id: anId,
    name: 'Villas',
    segment: 'Families',
    status: 'draft',
    channels: ['whatsapp', 'email'],
    attempts: 0,
    connect_rate: 0,
    booked_appointments: 0,
    created_by: team.sales_manager.id,
    created_at: anInstant,
    updated_at: anInstant,
  })
  const campaignId: string = made.id
  await refused(400, owner.post('/api/campaigns', { segment: 'Families' }))
  await refused(400, owner.post('/api/campaigns', { name: 'V', channels: ['pigeon'] }), 'body.channels[0]')
  assertShape(await data(200, owner.get('/api/campaigns')), [{ id: campaignId, status: 'draft' }])
  await refused(400, owner.get('/api/campaigns?cursor=nonsense'))
  const path = `/api/campaigns/${campaignId}`
  assertShape(await answered(200, owner.get(path)), { id: campaignId, name: 'Villas' })
  await refused(404, owner.get(`/api/campaigns/${unknownId}`))
  assertShape(await answered(200, owner.put(path, { name: 'Villas in spring' })), { name: 'Villas in spring' })
  await refused(400, owner.put(path, { channels: 'email' }), 'body.channels')

  assertShape(await answered(200, owner.get(`${path}/runs`)), { data: [], next_cursor: null })
  await refused(404, owner.get(`/api/campaigns/${unknownId}/runs`))
  const lead = await answered(201, team.sales_rep.post(`${path}/queued-leads`, { prospect_id: prospectId }))
  assertShape(lead, {
    id: anId,
    campaign_id: campaignId,
    prospect_id: prospectId,
    name: 'Omar Haddad',
    status: 'queued',
  })
  await refused(400, owner.post(`${path}/queued-leads`, {}), 'body.prospect_id')
  await refused(404, owner.post(`${path}/queued-leads`, { prospect_id: unknownId }))
  assertShape(await answered(200, owner.get(`${path}/queued-leads`)), {
    data: [{ prospect_id: prospectId }],
    next_cursor: null,
  })
  await refused(404, owner.get(`/api/campaigns/${unknownId}/queued-leads`))
  assert.deepEqual(await answered(200, owner.delete(`${path}/queued-leads/${lead.id}`)), { success: true })
  await refused(404, owner.delete(`${path}/queued-leads/${lead.id}`))
  return campaignId
}
