import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCalledPeople } from './peers/sipp.ts'
import type { Script } from './peers/sipp.ts'
import { prepareCampaign, signUp } from './customer.ts'
import { testOnPostgres } from './databases.ts'
import { assertEachCalledOnce } from './invariants.ts'
import { withScratch } from './scratch.ts'
import { startSwitchboard } from './switchboard.ts'
import type { Switchboard } from './switchboard.ts'
import { until } from '../server/test/until.ts'

/** Longer than a node's lease (15 s), so that the other node takes over. */
const standstillMs = 25_000
const channels = 20
const callsPerSecond = 20
const script: Script = { byNumberEnding: {}, otherwise: { does: 'hang up', afterMs: 300 }, ringMs: 100 }

testOnPostgres(
  'a node that is stopped for longer than its lease calls no contact twice after it continues',
  (databaseUrl) =>
    withScratch('two-nodes', async (folder) => {
      await using people = await startCalledPeople({ folder, script })
      await using first = await startSwitchboard({ folder, databaseUrl, name: 'first' })
      await using second = await startSwitchboard({ folder, databaseUrl, name: 'second' })
      const customer = await signUp(first.url)
      const line = { port: people.port, username: 'acme', password: 'secret', register: false }
      await customer.addProvider({ ...line, calls_per_second: callsPerSecond, max_concurrent_calls: channels })
      const numbers = Array.from({ length: 1200 }, (_, i) => `+1415555${1000 + i}`)
      const settings = { calls_per_second: callsPerSecond, max_concurrent_calls: channels }
      const campaignId = await prepareCampaign({ customer, folder }, numbers, settings)
      await customer.act(campaignId, 'start')

      // One node holds the trunk at first. Of two stops in turn at least one hits it, of three at least two. There are enough
      // contacts for all three: 25 s are at most 500 calls when the other node is stopped, and 200 otherwise.
      const standstills = [first, second, first]
      for (const [i, node] of standstills.entries()) {
        await until('calls are made', async () => (await people.calls()).length > (i + 1) * 80, 90_000)
        const calledBefore = (await people.calls()).length
        await standStill(node, standstillMs)
        const calledMeanwhile = (await people.calls()).length - calledBefore
        assert.ok(calledMeanwhile > 0, 'The other node went on.')
      }
      assert.equal(
        (await customer.campaign(campaignId)).status,
        'active',
        'The last standstill hit a running campaign.',
      )
      await customer.untilCompleted(campaignId, 120_000)
      const mostUnknown = standstills.length * channels
      assertEachCalledOnce(numbers, await customer.calls(campaignId), await people.calls(), mostUnknown)
    }),
)

/** Signals the whole node, server and telephone engine, like a suspended machine. */
async function standStill(node: Switchboard, ms: number): Promise<void> {
  const pids = [node.pid, (await node.voicePid())!]
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  await sleep(ms)
  for (const pid of pids) process.kill(pid, 'SIGCONT')
}
