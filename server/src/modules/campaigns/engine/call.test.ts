import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers } from '@switchboard/voice/sim'
import { numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'

test('keys pressed during a transferred call are ignored', async () => {
  const simulation = await openCampaignSimulation()
  const [contact] = numbers(1)
  const shop = await simulation.makeWorkspace([contact!])
  const keys = [
    { key: '1' as const, afterMs: 1_000 },
    { key: '1' as const, afterMs: 5_000 },
    { key: '2' as const, afterMs: 6_000 },
    { key: '9' as const, afterMs: 7_000 },
  ]
  const node = simulation.makeNode({
    behaviour: (to) => (to === contact ? answers(0, { keys, hangUpAfterMs: 20_000 }) : answers(0)),
  })
  await node.start()
  const id = await shop.createCampaign()
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.runToEnd(shop, id)

  const [attempt] = await simulation.query('select status, key, duration_seconds, cause from campaigns.attempts')
  assert.deepEqual(attempt, { status: 'transferred', key: '1', duration_seconds: 20, cause: null })
  assert.deepEqual(await simulation.query('select phone_number from contacts.do_not_call'), [])
})
