import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers } from '@switchboard/voice/sim'
import { openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { type CallEvent, createRecorder } from './recorder.ts'

const simulation = await openCampaignSimulation()

test('an event never returns a call to an earlier state, and an event of another node is not written', async () => {
  const shop = await simulation.makeWorkspace(numbers(1))
  const node = simulation.makeNode({ behaviour: () => answers(500, { hangUpAfterMs: 60_000 }) })
  await node.start()
  const id = await shop.createCampaign()
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.clock.advance(3_000)
  const [attempt] = (await simulation.query('select id, node_id from campaigns.attempts where campaign_id = $1', [
    id,
  ])) as unknown as [{ id: string; node_id: string }]
  const statuses = async () =>
    (
      await simulation.query(
        'select a.status as attempt, t.status as target from campaigns.attempts a join campaigns.targets t on t.id = a.target_id where a.id = $1',
        [attempt.id],
      )
    )[0]
  assert.deepEqual(await statuses(), { attempt: 'answered', target: 'answered' })

  const recorder = createRecorder({ services: simulation.services, clock: simulation.clock, onRecorded() {} })
  const write = async (event: Partial<CallEvent>) => {
    recorder.record(shop.id, { attempt_id: attempt.id, node_id: attempt.node_id, ...event })
    await recorder.flush()
    return statuses()
  }
  for (const status of ['ringing', 'dialling', 'busy', 'no_answer'] as const)
    assert.deepEqual(await write({ status }), { attempt: 'answered', target: 'answered' }, status)
  const otherNode = '018f0000-0000-7000-8000-000000000000'
  assert.deepEqual(await write({ status: 'transferred', node_id: otherNode }), {
    attempt: 'answered',
    target: 'answered',
  })
  assert.deepEqual(await write({ status: 'transferred' }), { attempt: 'transferred', target: 'transferred' })
  await node.stop()
})
