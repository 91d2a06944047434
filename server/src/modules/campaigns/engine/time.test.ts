import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy } from '@switchboard/voice'
import { openCampaignLab } from '../../../../test/campaign-lab/lab.ts'
import { numbers } from '../../../../test/campaign-lab/workspace.ts'

const lab = await openCampaignLab()
const hourMs = 3_600_000

/** 60 contacts at 2 calls a second, of whom every third is busy and tried again after 10 minutes; `jump` comes after 10 s. */
async function campaignWithJump(jump: (set: { node(ms: number): void; database(ms: number): void }) => void) {
  await lab.query('update telephony.sip_providers set active = false')
  const called = numbers(60)
  const shop = await lab.makeWorkspace(called, { calls_per_second: 2 })
  const rung: { to: string; at: number }[] = []
  const node = lab.makeNode({
    idlePollMs: 10_000,
    behaviour: (to) => {
      rung.push({ to, at: lab.clock.monotonic() })
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
  await lab.clock.advance(10_000)
  const before = rung.length
  let moved = 0
  jump({ node: node.jump, database: (ms) => ((moved += ms), lab.jumpDatabase(ms)) })
  await lab.clock.advance(60_000)
  const within = rung.length
  await lab.runToEnd(shop, id, 3 * hourMs, 10_000)
  lab.jumpDatabase(-moved)
  await node.stop()
  return { called, rung, before, within }
}

function assertAllWentOn({ called, rung, before, within }: Awaited<ReturnType<typeof campaignWithJump>>) {
  assert.ok(before >= 15 && before < 30, `${before} calls in the first 10 s`)
  assert.ok(within >= 60, `${within} calls after another minute`)
  const times = Map.groupBy(rung, ({ to }) => to)
  for (const [i, number] of called.entries()) assert.equal(times.get(number)?.length, i % 3 === 0 ? 2 : 1, number)
  for (const [i, { at }] of rung.entries()) {
    const earlier = rung[i - 1]
    if (earlier) assert.ok(at - earlier.at >= 490, `two calls within ${at - earlier.at} ms`)
  }
  return called
    .filter((_, i) => i % 3 === 0)
    .map((number) => times.get(number)!.map(({ at }) => at) as [number, number])
    .map(([one, two]) => (two - one) / 60_000)
}

for (const ms of [hourMs, -hourMs]) {
  const direction = ms > 0 ? 'ahead' : 'back'
  test(`the clock of a node jumps an hour ${direction}: nobody notices`, async () => {
    const pauses = assertAllWentOn(await campaignWithJump((set) => set.node(ms)))
    for (const minutes of pauses) assert.ok(minutes >= 10 && minutes < 10.7, `tried again after ${minutes} minutes`)
  })
}

test('the clocks of node and database jump an hour back: calls go on, and nobody waits longer than the rule says', async () => {
  const pauses = assertAllWentOn(
    await campaignWithJump((set) => {
      set.node(-hourMs)
      set.database(-hourMs)
    }),
  )
  for (const minutes of pauses) assert.ok(minutes >= 10 && minutes < 12, `tried again after ${minutes} minutes`)
})

test('the clocks of node and database jump an hour ahead: nobody is called more often', async () => {
  assertAllWentOn(
    await campaignWithJump((set) => {
      set.node(hourMs)
      set.database(hourMs)
    }),
  )
})
