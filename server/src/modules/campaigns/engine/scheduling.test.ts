import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunningCampaign } from './running-campaigns.ts'
import { createPacer } from './pacer.ts'
import { type CampaignQueue, openCampaignQueue, openTrunkQueue } from './queues.ts'
import { nextCallAt, nextClaim, postpone, shortage, takeTurn } from './scheduling.ts'

const campaign: RunningCampaign = {
  id: 'c',
  workspace_id: 'w',
  user_id: 'u',
  status: 'active',
  sip_provider_id: 'trunk',
  contact_list_id: null,
  caller_id: null,
  provider_caller_ids: [],
  transfer_numbers: [],
  transfer_order: 'in_order',
  start_at: null,
  key_map: {},
  max_concurrent_calls: 10,
  calls_per_second: 4,
  ring_timeout_seconds: 30,
  record: false,
  greeting_storage_key: null,
  transfer_wait_seconds: 0,
  hold_storage_key: null,
  apology_storage_key: null,
  attempts: 0,
  answered_calls: 0,
  transfers_requested: 0,
  unfinished: 100,
  enrolling: false,
  due_at: null,
}

/** A trunk of 10 channels and 10 calls per second, with a campaign for each of `campaigns`. */
function open(...campaigns: Partial<RunningCampaign>[]) {
  const trunk = {
    id: 'trunk',
    workspaceId: 'w',
    maxConcurrentCalls: 10,
    callsPerSecond: 10,
    transferMode: 'bridge',
    usable: true,
  } as const
  const trunkQueue = openTrunkQueue(trunk, createPacer(1_000))
  const queues = campaigns.map((more) => openCampaignQueue({ ...campaign, ...more }))
  trunkQueue.queues.push(...queues)
  return { trunkQueue, queues: queues as [CampaignQueue, ...CampaignQueue[]] }
}

function claim(queue: CampaignQueue, count: number): void {
  for (let i = 0; i < count; i++)
    queue.claimed.push({ id: `${i}`, phone_number: `+1212555010${i}`, last_caller_id: null })
}

test('a pacer spaces calls, makes no bursts, and applies a new rate', () => {
  const pacer = createPacer(10)
  assert.equal(pacer.nextAt(), -Infinity)
  pacer.take(1_000)
  assert.equal(pacer.nextAt(), 1_101)
  pacer.take(60_000)
  assert.equal(pacer.nextAt(), 60_101)
  pacer.setRate(1)
  assert.equal(pacer.nextAt(), 61_010)
  assert.equal(pacer.lastAt(), 60_000)
})

test('a campaign claims half a second ahead, and again when half is used', () => {
  const { trunkQueue, queues } = open({})
  const [queue] = queues
  // 4 calls per second for half a second, and one.
  assert.equal(shortage(trunkQueue, queue, 100), 3)
  claim(queue, 2)
  assert.equal(shortage(trunkQueue, queue, 100), 0)
  queue.claimed.pop()
  assert.equal(shortage(trunkQueue, queue, 100), 2)
})

test('a claim does not exceed the limits of the campaign, the trunk and the workspace', () => {
  const { trunkQueue, queues } = open({ max_concurrent_calls: 5, calls_per_second: 10 })
  const [queue] = queues
  assert.equal(shortage(trunkQueue, queue, 100), 5)
  assert.equal(shortage(trunkQueue, queue, 2), 2)
  queue.active = 4
  assert.equal(shortage(trunkQueue, queue, 100), 1)
  queue.active = 0
  trunkQueue.active = 9
  assert.equal(shortage(trunkQueue, queue, 100), 1)
  trunkQueue.active = 10
  assert.equal(shortage(trunkQueue, queue, 100), 0)
})

test('the campaign with the fewest contacts and calls claims next, and at most its part', () => {
  const { trunkQueue, queues } = open({ calls_per_second: 10 }, { calls_per_second: 10 })
  const [first, second] = queues as [CampaignQueue, CampaignQueue]
  first.active = trunkQueue.active = 3
  const turn = nextClaim(trunkQueue, 100, () => true)
  assert.equal(turn?.queue, second)
  // 7 channels are free, and two campaigns want some.
  assert.equal(turn?.limit, 4)
  assert.equal(nextClaim(trunkQueue, 100, (queue) => queue === first)?.queue, first)
  assert.equal(
    nextClaim(trunkQueue, 100, () => false),
    null,
  )
})

test('campaigns take turns on a trunk, each call within the rates of its trunk and its campaign', () => {
  const { trunkQueue, queues } = open({ calls_per_second: 2 }, { calls_per_second: 10 })
  const [slow, fast] = queues as [CampaignQueue, CampaignQueue]
  claim(slow, 9)
  claim(fast, 9)
  const turns = Array.from({ length: 6 }, () => takeTurn(trunkQueue, 0, 10_000)!)
  assert.deepEqual(
    turns.map(({ queue, at }) => [queue === slow ? 'slow' : 'fast', at]),
    [
      ['slow', 0],
      ['fast', 101],
      ['fast', 202],
      ['fast', 303],
      ['fast', 404],
      ['slow', 505],
    ],
  )
  assert.equal(takeTurn(trunkQueue, 0, 600), null, 'nothing is due before 606 ms')
  trunkQueue.blockedUntil = 2_000
  assert.equal(nextCallAt(trunkQueue, fast), 2_000)
  assert.equal(takeTurn(trunkQueue, 0, 1_999), null)
})

test('a late call postpones the calls after it', () => {
  const { trunkQueue, queues } = open({ calls_per_second: 10 })
  const [queue] = queues
  claim(queue, 2)
  const { at } = takeTurn(trunkQueue, 0, 1_000)!
  const call = {
    queue,
    targetId: '0',
    callerId: '',
    nodeId: 'n',
    at,
    plannedAt: 0,
    state: 'ready',
    begun: null,
  } as const
  trunkQueue.plan.push({ ...call })
  postpone(trunkQueue, queue, 50)
  assert.equal(trunkQueue.plan[0]?.at, 50)
  assert.equal(nextCallAt(trunkQueue, queue), 151)
})
