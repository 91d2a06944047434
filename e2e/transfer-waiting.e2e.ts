import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { holdMusic } from '../voice/src/media/audio/hold-music.ts'
import { until } from '../server/test/until.ts'
import { testOnBothDatabases } from './databases.ts'
import { findInRecording, makeTestSignal, writeWav } from './peers/audio.ts'
import type { ObservedCall, Script } from './peers/sipp.ts'
import { withFixture } from './fixture.ts'

const transferNumber = '+14155550100'
/** Contacts press 1 and stay on the line. The transfer number hangs up after a talk of this length. */
const script = (talkMs: number): Script => ({
  byNumberEnding: { '0100': { does: 'hang up', afterMs: talkMs } },
  otherwise: { does: 'press', keys: '1' },
})

/** Returns the maximum number of concurrent calls at the carrier. */
function mostAtOnce(calls: ObservedCall[]): number {
  const moments = calls.flatMap(({ invitedAt, endedAt }) => [
    { at: invitedAt, change: 1 },
    { at: endedAt ?? Infinity, change: -1 },
  ])
  let now = 0
  let most = 0
  for (const { change } of moments.toSorted((a, b) => a.at - b.at || a.change - b.change)) {
    now += change
    most = Math.max(most, now)
  }
  return most
}

testOnBothDatabases('twelve people press 1 on a trunk of ten channels, and all twelve are connected', (databaseUrl) =>
  withFixture(
    { name: 'waiting', databaseUrl, script: script(4_000) },
    async ({ customer, account, people, folder }) => {
      const numbers = Array.from({ length: 12 }, (_, i) => `+141555520${10 + i}`)
      await customer.addTransferNumber(transferNumber)
      await customer.addProvider({ ...account, max_concurrent_calls: 10, calls_per_second: 20 })
      const campaignId = await customer.createCampaign({
        contact_list_id: await customer.importContacts(numbers),
        greeting_file_id: await customer.uploadGreeting(makeTestSignal({ seconds: 2 }), folder),
        transfer_number: transferNumber,
        calls_per_second: 20,
        max_concurrent_calls: 50,
        transfer_wait_seconds: 60,
      })
      using live = await customer.followProgress(campaignId)
      await customer.act(campaignId, 'start')
      await customer.untilCompleted(campaignId, 120_000)

      const campaign = await customer.campaign(campaignId)
      const { transferred_calls, transfers_requested, transfers_lost, transfers_waiting, transfers_waited } = campaign
      assert.deepEqual(
        { transferred_calls, transfers_requested, transfers_lost, transfers_waiting },
        { transferred_calls: 12, transfers_requested: 12, transfers_lost: 0, transfers_waiting: 0 },
      )
      const observed = await people.calls()
      assert.equal(observed.filter(({ number, status }) => number === transferNumber && status === 200).length, 12)
      assert.ok(mostAtOnce(observed) <= 10, `${mostAtOnce(observed)} calls at once`)

      const calls = await customer.calls(campaignId)
      const waits = calls.flatMap(({ transfer_wait_seconds }) => transfer_wait_seconds ?? [])
      assert.ok(waits.length > 0, 'Ten channels do not carry twelve transfers at once.')
      assert.equal(transfers_waited, waits.length)
      assert.equal(campaign.longest_transfer_wait_seconds, Math.max(...waits))
      assert.ok(live.received.some((counts) => Number(counts.transfers_waiting) > 0))

      const report = (await customer.api.get(`/api/campaigns/${campaignId}/report.csv`)).text.trim().split('\r\n')
      const columns = report[0]!.split(',')
      const cells = (name: string) => report.slice(1).map((line) => line.split(',')[columns.indexOf(name)])
      assert.deepEqual(cells('transfer_lost'), Array<string>(12).fill('no'))
      assert.equal(cells('transfer_wait_seconds').filter(Boolean).length, waits.length)
    },
  ),
)

test('a waiting contact hears the hold music, and then the person at the transfer number', () =>
  withFixture({ name: 'hold', databaseUrl: null, script: script(9_000) }, async (fixture) => {
    const { customer, account, folder } = fixture
    const [caller, listener] = ['+14155552001', '+14155552002']
    // The softphone hangs up at the end of its audio.
    const talkPath = join(folder, 'talk.wav')
    await writeWav(talkPath, makeTestSignal({ seconds: 60 }))
    await using contact = await fixture.startPhone(listener, talkPath)
    await customer.addTransferNumber(transferNumber)
    await customer.addProvider({ ...account, max_concurrent_calls: 3, calls_per_second: 20 })
    const campaignId = await customer.createCampaign({
      contact_list_id: await customer.importContacts([caller, listener]),
      greeting_file_id: await customer.uploadGreeting(makeTestSignal({ seconds: 5 }), folder),
      transfer_number: transferNumber,
      calls_per_second: 20,
    })
    await customer.act(campaignId, 'start')
    await contact.untilEvent('CALL_ESTABLISHED', 20_000)
    const count = async (name: string) => (await customer.campaign(campaignId))[name]
    await until('the first transfer', async () => (await count('transferred_calls')) === 1, 20_000)
    await contact.pressKey('1')
    await until('the wait', async () => (await count('transfers_waiting')) === 1, 10_000)
    await until('the second transfer', async () => (await count('transferred_calls')) === 2, 20_000)
    await customer.untilCompleted(campaignId, 30_000)

    const [heard] = await contact.heard()
    const { correlation } = findInRecording(holdMusic(16_000, 8_000).subarray(0, 16_000), heard!)
    assert.ok(correlation >= 0.99, `Correlation ${correlation}`)
    const [waited] = (await customer.calls(campaignId)).flatMap(
      ({ transfer_wait_seconds }) => transfer_wait_seconds ?? [],
    )
    assert.ok(waited! > 1 && waited! < 15, `${waited} s`)
  }))

test('when the telephone engine crashes, waiting contacts are counted as lost, and the campaign ends with none waiting', () =>
  withFixture({ name: 'waiting-voice', databaseUrl: null, script: script(60_000) }, async (fixture) => {
    const { customer, account, folder, switchboard } = fixture
    await customer.addTransferNumber(transferNumber)
    await customer.addProvider({ ...account, max_concurrent_calls: 3, calls_per_second: 20 })
    const campaignId = await customer.createCampaign({
      contact_list_id: await customer.importContacts(['+14155552001', '+14155552002']),
      greeting_file_id: await customer.uploadGreeting(makeTestSignal({ seconds: 2 }), folder),
      transfer_number: transferNumber,
      calls_per_second: 20,
      transfer_wait_seconds: 60,
    })
    await customer.act(campaignId, 'start')
    const counts = () => customer.campaign(campaignId)
    await until('callers to wait', async () => (await counts()).transfers_waiting > 0, 20_000)
    const { transfers_waiting: waiting } = await counts()
    process.kill((await switchboard.voicePid())!, 'SIGKILL')
    await until('the losses', async () => (await counts()).transfers_waiting === 0, 10_000)
    const { transfers_lost } = await counts()
    assert.ok(Number(transfers_lost) >= waiting, `${String(transfers_lost)} lost, ${waiting} were waiting`)
    await customer.untilCompleted(campaignId, 20_000)
    const calls = await customer.calls(campaignId)
    assert.ok(
      calls.some(({ status, cause, transfer_lost }) => status === 'unknown' && cause === 'lost' && transfer_lost),
    )
  }))
