import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy } from '@switchboard/voice/sim'
import { openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { numbers } from '../../../../test/campaign-simulation/workspace.ts'

const simulation = await openCampaignSimulation()
const hourMs = 3_600_000

/** 60 contacts at 2 calls a second. Every third is busy and retried after 10 minutes. The clock jumps after 10 s. */
async function campaignWithJump(jump: (set: { node(ms: number): void; database(ms: number): void }) => void) {
  await simulation.query('update telephony.sip_providers set active = false')
  const called = numbers(60)
  const shop = await simulation.makeWorkspace(called, { calls_per_second: 2 })
  const dialled: { to: string; at: number }[] = []
  const node = simulation.makeNode({
    idlePollMs: 10_000,
    behaviour: (to) => {
      dialled.push({ to, at: simulation.clock.monotonic() })
      return called.indexOf(to) % 3 === 0 ? busy() : answers(500, { hangUpAfterMs: 3_000 })
    },
  })
  await node.start()
  const id = await shop.createCampaign({
    calls_per_second: 2,
    calling_hours: null,
    retry: { max_attempts: 2, delay_minutes: 10, on: ['busy'] },
  })
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.clock.advance(10_000)
  const before = dialled.length
  let moved = 0
  jump({ node: node.jump, database: (ms) => ((moved += ms), simulation.jumpDatabase(ms)) })
  await simulation.clock.advance(60_000)
  const within = dialled.length
  await simulation.runToEnd(shop, id, 3 * hourMs, 10_000)
  simulation.jumpDatabase(-moved)
  await node.stop()
  return { called, dialled, before, within }
}

function assertAllWentOn({ called, dialled, before, within }: Awaited<ReturnType<typeof campaignWithJump>>) {
  assert.ok(before >= 15 && before < 30, `${before} calls in the first 10 s`)
  assert.ok(within >= 60, `${within} calls after another minute`)
  const times = Map.groupBy(dialled, ({ to }) => to)
  for (const [i, number] of called.entries()) assert.equal(times.get(number)?.length, i % 3 === 0 ? 2 : 1, number)
  for (const [i, { at }] of dialled.entries()) {
    const earlier = dialled[i - 1]
    if (earlier) assert.ok(at - earlier.at >= 490, `two calls within ${at - earlier.at} ms`)
  }
  return called
    .filter((_, i) => i % 3 === 0)
    .map((number) => times.get(number)!.map(({ at }) => at) as [number, number])
    .map(([one, two]) => (two - one) / 60_000)
}

for (const ms of [hourMs, -hourMs]) {
  const direction = ms > 0 ? 'ahead' : 'back'
  test(`the clock of a node jumps an hour ${direction}: the calls are not affected`, async () => {
    const pauses = assertAllWentOn(await campaignWithJump((set) => set.node(ms)))
    for (const minutes of pauses) assert.ok(minutes >= 10 && minutes < 10.7, `tried again after ${minutes} minutes`)
  })
}

test('the clocks of node and database jump an hour back: calls continue, and no contact waits longer than the rule says', async () => {
  const pauses = assertAllWentOn(
    await campaignWithJump((set) => {
      set.node(-hourMs)
      set.database(-hourMs)
    }),
  )
  for (const minutes of pauses) assert.ok(minutes >= 10 && minutes < 12, `tried again after ${minutes} minutes`)
})

test('the clocks of node and database jump an hour ahead: no contact is called more often', async () => {
  assertAllWentOn(
    await campaignWithJump((set) => {
      set.node(hourMs)
      set.database(hourMs)
    }),
  )
})
