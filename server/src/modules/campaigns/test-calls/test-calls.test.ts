import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CalleeBehaviour, answers, busy } from '@switchboard/voice/sim'
import { openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { type SimulationWorkspace, numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { transaction } from '../../../platform/context.ts'
import { addDoNotCall } from '../../contacts/index.ts'
import type { NewTestCall } from './schema.ts'
import { createTestCaller } from './test-caller.ts'
import { getTestCall, requestTestCall } from './test-calls.ts'

const simulation = await openCampaignSimulation()
const { clock } = simulation
const phone = '+12125550123'

async function begin(behaviour: (to: string) => CalleeBehaviour) {
  await simulation.query('update telephony.sip_providers set active = false')
  const shop = await simulation.makeWorkspace(numbers(2))
  const node = simulation.makeNode({ behaviour })
  await node.start()
  const { services, gateway, telephony } = node
  const caller = createTestCaller({ services, gateway, telephony }, clock)
  caller.start()
  const request = async (input: Partial<NewTestCall>) => {
    const call = await transaction(shop.ctx(), (ctx) =>
      requestTestCall(ctx, { phone_number: phone, greeting_file_id: shop.greetingId, ...input }),
    )
    caller.notice({ type: 'campaign.test_call_requested', data: { test_call_id: call.id } })
    return call.id
  }
  const stop = async () => {
    const stopped = Promise.all([caller.stop(0), node.stop()])
    await stopped
  }
  return { shop, node, request, stop, caller }
}

const read = (shop: SimulationWorkspace, id: string) => getTestCall(shop.ctx(), id)
const usedCalls = async (shop: SimulationWorkspace) =>
  (await simulation.query('select calls, seconds from telephony.call_usage where workspace_id = $1', [shop.id]))[0]

test('a test call of a campaign is made once, honours its keys, and changes none of its counts', async () => {
  const { shop, node, request, stop } = await begin((to) =>
    to === phone
      ? answers(500, {
          keys: [{ key: '1', afterMs: 2_000 }],
          hangUpAfterMs: 12_000,
          line: { lossPercent: 12, jitterMs: 4, roundTripMs: 80 },
        })
      : answers(1_000, { hangUpAfterMs: 60_000 }),
  )
  const campaign = await shop.createCampaign()
  const framesBefore = simulation.frames.length
  const id = await request({ campaign_id: campaign, greeting_file_id: undefined })
  await clock.advance(60_000)
  const call = await read(shop, id)
  assert.deepEqual(
    [call.status, call.key, call.transferred, call.transfer_number, call.duration_seconds, call.campaign_id],
    ['transferred', '1', true, shop.transferNumber, 12, campaign],
  )
  const { mos, ...quality } = call.quality ?? { mos: 0 }
  assert.deepEqual(quality, { jitter_ms: 4, loss_percent: 12, round_trip_ms: 80, warning: true })
  assert.ok(mos > 2 && mos < 4, `${mos}`)
  assert.deepEqual(
    node.gateway.carried.map(({ to }) => to),
    [phone, shop.transferNumber],
  )
  const frames = simulation.frames.slice(framesBefore).filter(({ event }) => event === 'test-call:update')
  assert.deepEqual(
    [...new Set(frames.map(({ data }) => data.status))],
    ['dialling', 'ringing', 'answered', 'transferred'],
  )
  assert.equal(frames.at(-1)?.data.id, id)
  const { total_calls, attempts, status } = await shop.campaign(campaign)
  assert.deepEqual([total_calls, attempts, status], [0, 0, 'pending'])
  assert.equal((await usedCalls(shop))?.calls, 1, 'it counts against the limits of the workspace')
  await stop()
})

test('key 9 puts the number on the do-not-call list, and a number on it is refused', async () => {
  const { shop, request, stop } = await begin(() => answers(500, { keys: [{ key: '9', afterMs: 1_000 }] }))
  const id = await request({})
  await clock.advance(30_000)
  const call = await read(shop, id)
  assert.deepEqual([call.status, call.key], ['completed', '9'])
  await assert.rejects(request({}), /is on the do-not-call list/)
  await stop()
})

test('a number that is put on the do-not-call list meanwhile is not called', async () => {
  const { shop, node, request, stop, caller } = await begin(() => busy())
  await caller.stop(0)
  const id = await request({})
  await transaction(shop.ctx(), (ctx) => addDoNotCall(ctx, phone))
  caller.start()
  await clock.advance(5_000)
  const call = await read(shop, id)
  assert.deepEqual([call.status, call.cause, node.gateway.carried.length], ['failed', 'do_not_call', 0])
  await stop()
})

test('a busy number is not called again', async () => {
  const { shop, node, request, stop } = await begin(() => busy())
  const id = await request({})
  await clock.advance(600_000)
  assert.deepEqual([(await read(shop, id)).status, node.gateway.carried.length], ['busy', 1])
  await stop()
})

test('limits, destinations and missing settings are refused with a sentence', async () => {
  const { shop, request, stop } = await begin(() => busy())
  await assert.rejects(request({ greeting_file_id: undefined }), /Choose the greeting to play/)
  await shop.setLimits({ allowed_countries: ['DE'] })
  await assert.rejects(request({}), { status: 400 })
  await shop.setLimits({ allowed_countries: null, max_spend_per_day_micros: 1 })
  await assert.rejects(request({}), /There is no call rate for \+12125550123/)
  await shop.setLimits({ max_spend_per_day_micros: null, max_minutes_per_day: 0 })
  await assert.rejects(request({}), { status: 409, code: 'calling_limit_reached' })
  await shop.setLimits({ max_minutes_per_day: null })
  await simulation.query('update telephony.sip_providers set active = false where workspace_id = $1', [shop.id])
  await assert.rejects(request({}), /Add a SIP provider and switch it on/)
  await stop()
})

test('five test calls at once, and one that no node makes ends', async () => {
  const { shop, request, stop, caller } = await begin(() => busy())
  await caller.stop(0)
  const ids = []
  for (let i = 0; i < 5; i++) ids.push(await request({}))
  await assert.rejects(request({}), { status: 409, code: 'too_many_test_calls' })
  await simulation.query('update telephony.sip_providers set active = false where workspace_id = $1', [shop.id])
  caller.start()
  await clock.advance(20_000)
  assert.equal((await read(shop, ids[0] as string)).status, 'queued')
  await clock.advance(30_000)
  for (const id of ids) {
    const { status, cause } = await read(shop, id)
    assert.deepEqual([status, cause], ['failed', 'no_line'])
  }
  await stop()
})
