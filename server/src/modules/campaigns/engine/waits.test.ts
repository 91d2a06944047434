import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, noAnswer } from '@switchboard/voice/sim'
import { openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { transaction } from '../../../platform/context.ts'
import { updateCampaign } from '../campaigns.ts'

const simulation = await openCampaignSimulation()
const { clock } = simulation
const once = { max_attempts: 1, delay_minutes: 1, on: [] }
const hourMs = 3_600_000
const inHours = (hours: number) => new Date(clock.now() + hours * hourMs).toISOString()

async function startNode(behaviour: Parameters<typeof simulation.makeNode>[0]) {
  await simulation.query('update telephony.sip_providers set active = false')
  const node = simulation.makeNode(behaviour)
  await node.start()
  return node
}

test('a started campaign makes its first call at its start time', async () => {
  const node = await startNode({ behaviour: () => answers(500, { hangUpAfterMs: 1_000 }) })
  const shop = await simulation.makeWorkspace(numbers(3))
  await node.telephony.sync()
  const beginsAt = clock.now() + 2 * hourMs
  const id = await shop.createCampaign({ retry: once, start_at: inHours(2) })
  await shop.change(id, 'start')
  node.engine.wake()
  await clock.advance(2 * hourMs - 1_000)
  assert.deepEqual([node.gateway.carried.length, (await shop.campaign(id)).status], [0, 'active'])
  await simulation.runToEnd(shop, id)
  const [first] = node.gateway.carried
  assert.ok(first && first.at >= beginsAt && first.at < beginsAt + 1_000, `${first?.at} at ${beginsAt}`)
  await node.stop()
})

test('a start time that is moved holds at once', async () => {
  const node = await startNode({ behaviour: () => answers(500, { hangUpAfterMs: 1_000 }) })
  const shop = await simulation.makeWorkspace(numbers(3))
  await node.telephony.sync()
  const move = async (start_at: string | null) => {
    await transaction(shop.ctx(), (ctx) => updateCampaign(ctx, id, { start_at }))
    node.engine.wake()
  }
  const id = await shop.createCampaign({ retry: once, calls_per_second: 0.1 })
  await shop.change(id, 'start')
  node.engine.wake()
  await clock.advance(2_000)
  assert.equal(node.gateway.carried.length, 1)
  await move(inHours(1))
  await clock.advance(hourMs / 2)
  assert.equal(node.gateway.carried.length, 1, 'no call while it waits')
  await move(null)
  await simulation.runToEnd(shop, id, 60_000)
  assert.equal(node.gateway.carried.length, 3)
  await node.stop()
})

test('used up minutes do not pause a campaign that begins later', async () => {
  const node = await startNode({ behaviour: () => answers(500, { hangUpAfterMs: 1_000 }) })
  const shop = await simulation.makeWorkspace(numbers(1))
  await shop.setLimits({ max_minutes_per_day: 0 })
  await node.telephony.sync()
  const id = await shop.createCampaign({ retry: once, start_at: inHours(1) })
  await shop.change(id, 'start')
  node.engine.wake()
  await clock.advance(hourMs / 2)
  assert.equal((await shop.campaign(id)).status, 'active')
  await clock.advance(hourMs)
  assert.equal((await shop.campaign(id)).status, 'paused')
  await node.stop()
})

test('with the backoff `doubling` the waits between the calls of a contact grow to the longest one', async () => {
  const node = await startNode({ behaviour: () => noAnswer() })
  const shop = await simulation.makeWorkspace(numbers(1))
  await node.telephony.sync()
  const id = await shop.createCampaign({
    ring_timeout_seconds: 30,
    retry: { max_attempts: 6, delay_minutes: 2, backoff: 'doubling', max_delay_minutes: 10, on: ['no_answer'] },
  })
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.runToEnd(shop, id)
  const at = node.gateway.carried.map((call) => call.at)
  const waits = at.slice(1).map((time, i) => Math.round((time - (at[i] as number) - 30_000) / 60_000))
  assert.deepEqual(waits, [2, 4, 8, 10, 10])
  await node.stop()
})
