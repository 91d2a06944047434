import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CalleeBehaviour, answers, busy, noAnswer } from '@switchboard/voice/sim'
import { openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { numbers } from '../../../../test/campaign-simulation/workspace.ts'

const simulation = await openCampaignSimulation()
const desk = '+12125550199'
const [second, third] = ['+12125550198', '+12125550197'] as const
const presses1 = answers(500, { keys: [{ key: '1', afterMs: 2_000 }], hangUpAfterMs: 120_000 })
const talks = answers(1_000, { hangUpAfterMs: 5_000 })

/** Calls `contacts` contacts, one after another, who press 1. Returns the transfer numbers that were dialled, in order. */
async function run(
  desks: Record<string, CalleeBehaviour>,
  settings: { contacts?: number; transfer_order?: 'in_order' | 'round_robin'; withoutSecond?: boolean } = {},
) {
  await simulation.query('update telephony.sip_providers set active = false')
  const shop = await simulation.makeWorkspace(numbers(settings.contacts ?? 1), { max_concurrent_calls: 2 })
  const node = simulation.makeNode({ behaviour: (to) => desks[to] ?? presses1 })
  await node.start()
  const added = [await shop.addTransferNumber(second), await shop.addTransferNumber(third)] as const
  const id = await shop.createCampaign({
    retry: { max_attempts: 1, delay_minutes: 1, on: [] },
    transfer_number: undefined,
    transfer_numbers: [desk, added[0], third],
    ...(settings.transfer_order && { transfer_order: settings.transfer_order }),
  })
  const campaign = await shop.campaign(id)
  assert.deepEqual([campaign.transfer_number, campaign.transfer_numbers], [desk, [desk, second, third]])
  await shop.change(id, 'start')
  if (settings.withoutSecond) await shop.deleteTransferNumber(added[0])
  node.engine.wake()
  await simulation.runToEnd(shop, id)
  const attempts = await simulation.query(
    'select transfer_number, status, cause from campaigns.attempts where campaign_id = $1 order by invite_at',
    [id],
  )
  const dialled = node.gateway.carried.map(({ to }) => to).filter((to) => to in desks)
  await node.stop()
  return { dialled, attempts, campaign: await shop.campaign(id) }
}

test('the next number is called when one is busy or does not answer', async () => {
  const { dialled, attempts, campaign } = await run({ [desk]: busy(), [second]: noAnswer(), [third]: talks })
  assert.deepEqual(dialled, [desk, second, third])
  assert.deepEqual(attempts, [{ transfer_number: third, status: 'transferred', cause: null }])
  assert.deepEqual([campaign.transferred_calls, campaign.transfers_requested], [1, 1])
})

test('each transfer begins with the first number', async () => {
  const { dialled } = await run({ [desk]: talks, [second]: talks, [third]: talks }, { contacts: 3 })
  assert.deepEqual(dialled, [desk, desk, desk])
})

test('round robin: each transfer begins with the next number', async () => {
  const desks = { [desk]: talks, [second]: busy(), [third]: talks }
  const { dialled } = await run(desks, { contacts: 3, transfer_order: 'round_robin' })
  assert.deepEqual(dialled, [desk, second, third, third])
})

test('a number that was deleted is left out', async () => {
  const { dialled } = await run({ [desk]: busy(), [second]: talks, [third]: talks }, { withoutSecond: true })
  assert.deepEqual(dialled, [desk, third])
})

test('when no number answers, the greeting is played again with the cause of the last one', async () => {
  const { dialled, attempts } = await run({ [desk]: busy(), [second]: busy(), [third]: busy() })
  assert.deepEqual(dialled, [desk, second, third])
  assert.deepEqual(attempts, [{ transfer_number: third, status: 'completed', cause: 'transfer_busy' }])
})
