import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy } from '@switchboard/voice/sim'
import { openCampaignSimulation } from './campaign-simulation/simulation.ts'
import { numbers } from './campaign-simulation/workspace.ts'
import { explainAs } from './explain.ts'
import { countCallLog, getCallLogEntry, listCallLog } from '../src/modules/telephony/call-log/call-log.ts'
import type { CallFilter } from '../src/modules/telephony/index.ts'
import { listCalls } from '../src/modules/campaigns/index.ts'
import { campaignCallSource } from '../src/modules/campaigns/call-log.ts'

const simulation = await openCampaignSimulation()
const sources = [campaignCallSource]

test('each dial is in the log of calls and counted once', async () => {
  const [listener, engaged] = numbers(2) as [string, string]
  const shop = await simulation.makeWorkspace([listener, engaged])
  const node = simulation.makeNode({
    behaviour: (to) =>
      to === listener
        ? answers(500, { hangUpAfterMs: 6_000, line: { lossPercent: 0, jitterMs: 1, roundTripMs: 20 } })
        : busy(),
  })
  await node.start()
  const id = await shop.createCampaign({ retry: { max_attempts: 2, delay_minutes: 1, on: ['busy'] } })
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.runToEnd(shop, id)
  await node.stop()
  const list = async (query: object) => (await listCallLog(shop.ctx(), sources, { limit: 10, ...query })).data
  const calls = await list({})
  const seen = calls.map(
    ({ phone_number, status, source, direction }) => `${phone_number} ${status} ${source} ${direction}`,
  )
  assert.equal(seen[0], `${engaged} busy campaign outbound`)
  // The other two began in the same moment.
  assert.deepEqual(seen.slice(1).toSorted(), [
    `${listener} completed campaign outbound`,
    `${engaged} busy campaign outbound`,
  ])
  const answered = calls.find(({ status }) => status === 'completed')
  assert.ok(answered)
  assert.equal(answered.duration_seconds, 6)
  assert.equal(answered.campaign_title, 'Simulation')
  const { mos, ...quality } = answered.quality ?? { mos: 0 }
  assert.deepEqual(quality, { jitter_ms: 1, loss_percent: 0, round_trip_ms: 20, warning: false })
  assert.ok(mos > 4.3)
  const { data: ofCampaign } = await listCalls(shop.ctx(), id, { limit: 10 })
  assert.deepEqual(ofCampaign.find(({ phone_number }) => phone_number === listener)?.quality, answered.quality)
  assert.equal(calls[0]?.quality, null)
  assert.match(answered.contact_name ?? '', /^Contact [12]$/)
  assert.deepEqual(await getCallLogEntry(shop.ctx(), sources, answered.id), answered)
  assert.equal((await list({ status: 'busy' })).length, 2)
  assert.equal((await list({ campaign_id: id })).length, 3)
  assert.deepEqual(await list({ contact_id: answered.contact_id }), [answered])
  assert.deepEqual(await list({ phone_number: listener }), [answered])
  assert.deepEqual(await list({ q: listener }), [answered])
  // The simulation's calls are in the year 2030, after the days that are counted.
  const [sum] = await simulation.query('select calls, answered, seconds from campaigns.call_sums')
  assert.deepEqual(sum, { calls: 3, answered: 1, seconds: 6 })
  const counts = await countCallLog(shop.ctx(), sources, { days: 1, months: 1 })
  assert.equal(counts.tz, 'America/New_York')
})

test('each list of calls follows an index', async () => {
  const shop = await simulation.makeWorkspace(numbers(1))
  const filter: CallFilter = {
    status: null,
    direction: null,
    campaign_id: null,
    client_id: null,
    contact_id: null,
    numbers: null,
    number_contacts: null,
    found_contacts: null,
    found_numbers: null,
    from: null,
    until: null,
    before_at: null,
    before_id: null,
    rows: '51',
  }
  const explain = async (more: Partial<CallFilter>) => {
    const call = campaignCallSource.list({ ...filter, ...more })
    assert.ok(call)
    const { pool } = simulation.services.connections
    return explainAs(pool, { userId: shop.userId, workspaceId: shop.id }, call)
  }
  const id = shop.id
  for (const more of [
    {},
    { status: 'busy' },
    { campaign_id: id },
    { numbers: ['+12125550123'], number_contacts: [] },
    { from: '2026-01-01T00:00:00Z', before_at: '2026-02-01 00:00:00+00', before_id: id },
  ]) {
    const plan = await explain(more)
    assert.doesNotMatch(plan, /Seq Scan on attempts|^\s*->\s+Sort/m, plan)
  }
  for (const more of [{ contact_id: id }, { found_contacts: [id], found_numbers: ['+12125550123'] }])
    assert.doesNotMatch(await explain(more), /Seq Scan on (attempts|targets)/)
})
