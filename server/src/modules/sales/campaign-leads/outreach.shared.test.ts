import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SignedUp, sharedTestServer } from '../../../../test/server.ts'

const server = await sharedTestServer()
const ana = await server.signUp()
const made = async (path: string, body: object) => {
  const answer = await ana.post(path, body)
  assert.equal(answer.status, 201, answer.text)
  return answer.body.data
}

test('the rates of a campaign follow its recorded conversations', async () => {
  const campaign = await made('/api/campaigns', { name: 'Messages', channels: ['whatsapp'] })
  const prospect = await made('/api/prospects', { name: 'Lina', email: 'lina@example.com', primary_segment: 'hnw' })
  const recorded = []
  for (const [channel, outcome] of [
    ['whatsapp', 'responded'],
    ['email', 'clicked'],
    ['email', undefined],
    ['phone', 'connected'],
  ] as const)
    recorded.push(
      await made('/api/conversations', { prospect_id: prospect.id, campaign_id: campaign.id, channel, outcome }),
    )
  const rates = async () => {
    const { total_outreach, response_rate, click_rate } = (await ana.get(`/api/campaigns/${campaign.id}`)).body
    return [total_outreach, response_rate, click_rate]
  }
  assert.deepEqual(await rates(), [3, 33.3, 33.3], 'calls are counted where they are dialled')
  await ana.patch(`/api/conversations/${recorded[2].id}`, { outcome: 'responded' })
  assert.deepEqual(await rates(), [3, 66.7, 33.3])
  await ana.patch(`/api/conversations/${recorded[1].id}`, { campaign_id: null })
  assert.deepEqual(await rates(), [2, 100, 0])
  const { body } = await ana.get(`/api/campaigns/contacted-prospects?campaign_ids=${campaign.id}`)
  assert.deepEqual(
    body.data.map(({ campaign_id, name, primary_segment }: Record<string, unknown>) => [
      campaign_id,
      name,
      primary_segment,
    ]),
    [[campaign.id, 'Lina', 'hnw']],
  )
  assert.equal((await ana.delete(`/api/contacts/${prospect.id}`)).status, 200)
  assert.deepEqual(await rates(), [0, 0, 0], 'conversations that are deleted do not count')
})

test('contacted people are only for those who may read prospects', async () => {
  const { id } = await made('/api/campaigns', { name: 'Private' })
  const path = `/api/campaigns/contacted-prospects?campaign_ids=${id}`
  const read = async (who: SignedUp) => (await who.get(path)).status
  assert.equal(await read(await server.addMember(ana, 'sales_rep')), 200)
  assert.equal(await read(await server.addMember(ana, 'operations')), 403)
  assert.equal((await ana.get('/api/campaigns/contacted-prospects?campaign_ids=all')).status, 400)
})

test('a campaign has city, persona and window, and channels in any case', async () => {
  const campaign = await made('/api/campaigns', {
    name: 'Riyadh',
    target_segment: 'hnw',
    target_city: 'riyadh',
    agent_persona: 'Warm and brief',
    active_window_start: '09:00',
    active_window_end: '12:00',
    channels: [],
  })
  assert.deepEqual(campaign.channels, ['phone'])
  assert.deepEqual(
    [campaign.target_segment, campaign.segment, campaign.target_city, campaign.agent_persona],
    ['hnw', 'hnw', 'riyadh', 'Warm and brief'],
  )
  assert.deepEqual(
    [campaign.active_window_start, campaign.active_window_end, campaign.calling_hours.days.length],
    ['09:00', '12:00', 7],
  )
  assert.deepEqual(
    [campaign.respect_dnc, campaign.require_consent, campaign.record_conversations],
    [true, false, false],
  )
  const { body } = await ana.put(`/api/campaigns/${campaign.id}`, { target_city: null, record_conversations: true })
  assert.deepEqual([body.target_city, body.record, body.target_segment], [null, true, 'hnw'])
})

test('campaigns are listed by status and by the member who created them', async () => {
  const owner = await server.signUp()
  const manager = await server.addMember(owner, 'sales_manager')
  await owner.post('/api/campaigns', { name: 'Mine' })
  await manager.post('/api/campaigns', { name: 'Theirs' })
  const named = async (query: string) =>
    (await owner.get(`/api/campaigns?${query}`)).body.data.map(({ name }: { name: string }) => name)
  assert.deepEqual(await named('status=draft'), ['Theirs', 'Mine'])
  assert.deepEqual(await named('status=active'), [])
  assert.deepEqual(await named(`createdBy=${manager.userId}`), ['Theirs'])
  assert.equal((await owner.get('/api/campaigns?status=odd')).status, 400)
})

test('queued leads are listed by their state', async () => {
  const campaign = await made('/api/campaigns', { name: 'Leads' })
  const prospect = await made('/api/prospects', { name: 'Queued', phone: '+971501239991' })
  const path = `/api/campaigns/${campaign.id}/queued-leads`
  assert.equal((await ana.post(path, { prospect_id: prospect.id })).status, 201)
  for (const [status, count] of [
    ['queued', 1],
    ['dialing', 0],
    ['responded', 0],
  ] as const)
    assert.equal((await ana.get(`${path}?status=${status}`)).body.data.length, count, status)
  assert.equal((await ana.get(`${path}?status=lost`)).status, 400)
})
