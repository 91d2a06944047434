import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy, noAnswer, notFound } from '@switchboard/voice'
import { numbers, openCampaignLab } from '../../../../test/campaign-lab.ts'

test('a campaign of 50 scripted contacts ends with exact counters', async () => {
  const lab = await openCampaignLab()
  const called = numbers(50)
  // 20 press 1, 10 listen, 5 hang up, 5 are busy, 5 do not exist, 5 never answer.
  const script = (to: string) => {
    if (to === '+12125550199') return answers(2_000)
    const i = called.indexOf(to)
    if (i < 20) return answers(1_000, { keys: [{ key: '1' as const, afterMs: 2_000 }], hangUpAfterMs: 30_000 })
    if (i < 30) return answers(1_000)
    if (i < 35) return answers(1_000, { hangUpAfterMs: 1_500 })
    if (i < 40) return busy()
    if (i < 45) return notFound()
    return noAnswer()
  }
  const shop = await lab.makeWorkspace(called)
  const node = lab.makeNode({ behaviour: script })
  await node.start()
  const id = await shop.createCampaign({ retry: { max_attempts: 2, delay_minutes: 5, on: ['busy', 'no_answer'] } })
  await shop.change(id, 'start')
  node.engine.wake()
  await lab.runToEnd(shop, id)

  const campaign = await shop.campaign(id)
  assert.deepEqual(
    {
      status: campaign.status, progress: campaign.progress, contacts: campaign.contacts, total: campaign.total_calls,
      answered: campaign.answered_calls, transferred: campaign.transferred_calls, failed: campaign.failed_calls, attempts: campaign.attempts,
    },
    { status: 'completed', progress: 100, contacts: 50, total: 50, answered: 35, transferred: 20, failed: 15, attempts: 60 },
  )
  const dialled = node.gateway.carried.filter(({ to }) => to !== '+12125550199').map(({ to }) => to)
  assert.equal(dialled.length, 60)
  assert.equal(new Set(dialled).size, 50)
  const byStatus = await lab.query('select status, count(*) as count from campaigns.targets group by status order by status')
  assert.deepEqual(byStatus, [
    { status: 'busy', count: 5 }, { status: 'completed', count: 15 }, { status: 'failed', count: 5 },
    { status: 'no_answer', count: 5 }, { status: 'transferred', count: 20 },
  ])
  const [number] = await lab.query('select call_count from telephony.transfer_numbers')
  assert.deepEqual(number, { call_count: 20 })
})
