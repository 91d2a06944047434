import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCalledPeople } from './peers/sipp.ts'
import type { Script } from './peers/sipp.ts'
import { prepareCampaign, signUp } from './customer.ts'
import { testOnBothDatabases } from './databases.ts'
import { assertEachCalledOnce } from './invariants.ts'
import { seededRandom } from './random.ts'
import { withScratch } from './scratch.ts'
import { startSwitchboard } from './switchboard.ts'
import type { Switchboard } from './switchboard.ts'
import { until } from '../server/test/until.ts'

const kills = Number(process.env.KILLS ?? 100)
const seed = Number(process.env.SEED ?? 1)
const contactsPerKill = 30
const channels = 20
const callsPerSecond = 50
/** A call takes about 60 ms. */
const script: Script = { byNumberEnding: {}, otherwise: { does: 'hang up', afterMs: 30 }, ringMs: 20 }

testOnBothDatabases(
  `the server and its telephone engine are killed ${kills} times in turn: no contact is called twice or missing`,
  (databaseUrl) =>
    withScratch('kill', async (folder) => {
      const random = seededRandom(seed)
      await using people = await startCalledPeople({ folder, script })
      await using switchboard = await startSwitchboard({ folder, databaseUrl })
      const customer = await signUp(switchboard.url)
      const line = { port: people.port, username: 'acme', password: 'secret', register: false }
      await customer.addProvider({ ...line, calls_per_second: callsPerSecond, max_concurrent_calls: channels })
      // A reserve for the calls between a poll and the next kill.
      const numbers = Array.from({ length: (kills + 10) * contactsPerKill }, (_, i) => `+141555${10_000 + i}`)
      const settings = { calls_per_second: callsPerSecond, max_concurrent_calls: channels }
      const campaignId = await prepareCampaign({ customer, folder }, numbers, settings)
      await customer.act(campaignId, 'start')

      const readyMs: number[] = []
      const diallingMs: number[] = []
      for (let kill = 0; kill < kills; kill++) {
        const before = (await people.calls()).length
        const wanted = before + 1 + Math.floor(random() * 1.5 * contactsPerKill)
        const startedAt = performance.now()
        await until('calls are made', async () => (await people.calls()).length > before, 60_000)
        diallingMs.push(performance.now() - startedAt)
        await until('some more calls are made', async () => (await people.calls()).length >= wanted, 60_000)
        await sleep(random() * 50)
        if (kill % 2 === 0) {
          await switchboard.kill()
          // Sometimes kills it again during its start.
          if (kill % 20 === 0) await switchboard.startAndKillAfter(random() * 1500)
          readyMs.push(await switchboard.start())
        } else process.kill(await runningVoice(switchboard), 'SIGKILL')
      }
      assert.equal((await customer.campaign(campaignId)).status, 'active', 'The last kill hit a running campaign.')
      await customer.untilCompleted(campaignId, 120_000)

      const calls = await customer.calls(campaignId)
      const observed = await people.calls()
      const { unknown } = assertEachCalledOnce(numbers, calls, observed, kills * channels)
      console.log(`${kills} kills, ${numbers.length} contacts: ${unknown} unknown, 0 twice, 0 missing`)
      console.log(`server ready again after ${summary(readyMs)}; next call after a kill ${summary(diallingMs)}`)
    }),
)

async function runningVoice(switchboard: Switchboard): Promise<number> {
  let pid: number | null = null
  await until('the telephone engine runs', async () => (pid = await switchboard.voicePid()) !== null)
  return pid!
}

function summary(ms: number[]): string {
  const sorted = ms.toSorted((a, b) => a - b)
  const at = (share: number) => `${Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN)} ms`
  return `${at(0.5)} (median), ${at(1)} (longest)`
}
