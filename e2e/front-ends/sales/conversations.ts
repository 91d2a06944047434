import assert from 'node:assert/strict'
import { anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import { data, type Sales } from './fixture.ts'

/** Returns the id of a conversation with the prospect. */
export async function checkConversations(
  { owner, team, live }: Sales,
  prospectId: string,
  campaignId: string,
): Promise<string> {
  const talk = {
    prospect_id: prospectId,
    campaign_id: campaignId,
    timestamp: '2026-11-20T09:30:00.000Z',
    duration: 342,
    channel: 'phone',
    outcome: 'qualified',
    sentiment: 'positive',
    transcript: 'We look for a villa.',
    ai_confidence: 0.87,
    handoff_suggested: true,
  }
  const made = await data(201, team.sales_rep.post('/api/conversations', talk))
  assertShape(made, { ...talk, id: anId, prospect_name: 'Omar Haddad', message_count: 0, created_at: anInstant })
  const conversationId: string = made.id
  await refused(400, owner.post('/api/conversations', { channel: 'phone' }), 'body.prospect_id')
  await refused(400, owner.post('/api/conversations', { ...talk, channel: 'pigeon' }), 'body.channel')
  await refused(400, owner.post('/api/conversations', { ...talk, ai_confidence: 87 }), 'body.ai_confidence')
  await refused(404, owner.post('/api/conversations', { ...talk, prospect_id: unknownId }))
  await refused(404, owner.post('/api/conversations', { ...talk, campaign_id: unknownId }))

  const count = async (query: string) => (await data(200, owner.get(`/api/conversations?${query}`))).length
  for (const query of [
    '',
    `prospectId=${prospectId}`,
    `campaignId=${campaignId}`,
    'channel=phone',
    'outcome=qualified',
    'from=2026-11-20&to=2026-11-21',
    // A date includes the whole day.
    'from=2026-11-20&to=2026-11-20',
  ])
    assert.equal(await count(query), 1, query)
  for (const query of [
    `prospectId=${unknownId}`,
    'channel=sms',
    'outcome=voicemail',
    'from=2026-11-21',
    'to=2026-11-19',
  ])
    assert.equal(await count(query), 0, query)
  await refused(400, owner.get('/api/conversations?channel=pigeon'), 'query.channel')
  await refused(400, owner.get('/api/conversations?from=yesterday'), 'query.from')

  const path = `/api/conversations/${conversationId}`
  assertShape(await data(200, owner.get(path)), talk)
  await refused(404, owner.get(`/api/conversations/${unknownId}`))
  assertShape(await data(200, owner.put(path, { outcome: 'connected' })), { ...talk, outcome: 'connected' })
  await live.next('conversation:update', ({ id, outcome }) => id === conversationId && outcome === 'connected')
  await refused(400, owner.put(path, { sentiment: 'furious' }), 'body.sentiment')
  return conversationId
}

/** Checks the records of a conversation: messages, entities, actions, steps of the plan. */
export async function checkDetails({ owner, live }: Sales, conversationId: string): Promise<void> {
  const path = `/api/conversations/${conversationId}`
  const messages = `${path}/messages`
  const said = await data(201, owner.post(messages, { sender: 'customer', text: 'Fore bedrooms.' }))
  assertShape(said, {
    id: anId,
    conversation_id: conversationId,
    sender: 'customer',
    text: 'Fore bedrooms.',
    timestamp: anInstant,
  })
  await live.next('message:new', ({ id, sender }) => id === said.id && sender === 'user')
  await refused(400, owner.post(messages, { text: 'Who says so?' }), 'body.sender')
  assertShape(await data(200, owner.patch(`${messages}/${said.id}`, { text: 'Four bedrooms.' })), {
    text: 'Four bedrooms.',
  })
  await live.next('message:update', ({ id, text }) => id === said.id && text === 'Four bedrooms.')
  await refused(404, owner.patch(`${messages}/${unknownId}`, { text: 'x' }))
  assertShape(await data(200, owner.get(messages)), [{ id: said.id, text: 'Four bedrooms.' }])
  await refused(404, owner.get(`/api/conversations/${unknownId}/messages`))

  for (const { name, body, change, bad, field } of [
    {
      name: 'entities',
      body: { type: 'bedrooms', value: '4', confidence: 0.9 },
      change: { value: '5' },
      bad: { type: 'bedrooms' },
      field: 'body.value',
    },
    {
      name: 'actions',
      body: { type: 'search', description: 'Looked for villas', details: { found: 7 } },
      change: { status: 'failed' },
      bad: { description: 'No type' },
      field: 'body.type',
    },
    {
      name: 'plan-steps',
      body: { description: 'Offer a visit', position: 1 },
      change: { status: 'completed' },
      bad: { position: 1 },
      field: 'body.description',
    },
  ]) {
    const list = `${path}/${name}`
    const item = await data(201, owner.post(list, body))
    assertShape(item, { id: anId, conversation_id: conversationId, ...body })
    await refused(400, owner.post(list, bad), field)
    assertShape(await data(200, owner.patch(`${list}/${item.id}`, change)), { ...body, ...change })
    await refused(404, owner.patch(`${list}/${unknownId}`, change))
    assertShape(await data(200, owner.get(list)), [{ id: item.id, ...change }])
    await refused(404, owner.get(`/api/conversations/${unknownId}/${name}`))
    const spare = await data(201, owner.post(list, body))
    assert.deepEqual(await answered(200, owner.delete(`${list}/${spare.id}`)), { success: true })
    await refused(404, owner.delete(`${list}/${spare.id}`))
  }
}

export async function checkLiveConversations({ owner }: Sales, conversationId: string): Promise<void> {
  const path = `/api/conversations/${conversationId}`
  await refused(404, owner.get(`${path}/live`))
  const state = { status: 'active', stage: 'qualification', next_action: 'Offer a visit' }
  assertShape(await data(200, owner.put(`${path}/live`, state)), { conversation_id: conversationId, ...state })
  await refused(400, owner.put(`${path}/live`, { status: 'asleep' }), 'body.status')
  assertShape(await data(200, owner.get(`${path}/live`)), state)
  assertShape(await data(200, owner.get('/api/conversations/live')), [{ conversation_id: conversationId }])
  await refused(400, owner.get('/api/conversations/live?limit=0'), 'query.limit')
}
