import assert from 'node:assert/strict'
import { makeTestSignal } from './peers/audio.ts'
import type { ObservedCall, Script } from './peers/sipp.ts'
import { answered } from './customer.ts'
import type { CampaignCall, Counts } from './customer.ts'
import { testOnBothDatabases } from './databases.ts'
import { withFixture } from './fixture.ts'
import { tally } from './tally.ts'

/** The behaviour of the fifty contacts, by the second to last digit of their number: 20 + 10 + 5 + 5 + 5 + 3 + 2. */
const script: Script = {
  byNumberEnding: {
    '1[0-9]': { does: 'press', keys: '1', talkMs: 4000 },
    '2[0-9]': { does: 'press', keys: '1', talkMs: 4000 },
    '3[0-9]': { does: 'listen' },
    '4[0-4]': { does: 'press', keys: '9' },
    '4[5-9]': { does: 'hang up', afterMs: 300 },
    '5[0-4]': { does: 'reject', status: 486 },
    '5[5-7]': { does: 'reject', status: 404 },
    '5[89]': { does: 'let ring' },
  },
  otherwise: { does: 'reject', status: 603 },
}
const numbers = Array.from({ length: 50 }, (_, i) => `+141555500${10 + i}`)
const transferNumber = '+14155550100'
const callerId = '+14155550199'

const expectedStatus = (number: string) => {
  const place = Number(number.slice(-2))
  if (place < 30) return 'transferred'
  if (place < 50) return 'completed'
  if (place < 55) return 'busy'
  return place < 58 ? 'failed' : 'no_answer'
}

testOnBothDatabases('fifty contacts are called once each, and every count matches the carrier’s log', (databaseUrl) =>
  withFixture({ name: 'campaign', databaseUrl, script }, async ({ folder, customer, account, people, startPhone }) => {
    await using sales = await startPhone(transferNumber)
    const transferNumberId = await customer.addTransferNumber(transferNumber)
    await customer.addProvider({ ...account, calls_per_second: 20 })
    const campaignId = await customer.createCampaign({
      contact_list_id: await customer.importContacts(numbers),
      greeting_file_id: await customer.uploadGreeting(makeTestSignal({ seconds: 2 }), folder),
      transfer_number: transferNumber,
      caller_id: callerId,
      calls_per_second: 20,
      max_concurrent_calls: 30,
      ring_timeout_seconds: 5,
    })
    using live = await customer.followProgress(campaignId)
    await customer.act(campaignId, 'start')
    await customer.untilCompleted(campaignId, 120_000)

    const campaign = await customer.campaign(campaignId)
    const calls = await customer.calls(campaignId)
    const observed = await people.calls()
    checkAgainstCarrier(calls, observed)
    assert.deepEqual(pickCounts(campaign), {
      status: 'completed',
      progress: 100,
      contacts: 50,
      total_calls: 50,
      answered_calls: 40,
      transferred_calls: 20,
      failed_calls: 10,
      transfers_waiting: 0,
    })
    checkProgress(live.received, campaign)

    const { call_count } = (await answered(customer.api.get('/api/transfer-numbers'))).find(
      ({ id }: { id: string }) => id === transferNumberId,
    )
    assert.equal(call_count, 20)
    for (let i = 0; i < 20; i++) await sales.untilEvent('CALL_ESTABLISHED')
    await assert.rejects(sales.untilEvent('CALL_ESTABLISHED', 0), /did not report/)

    const { data } = await answered(customer.api.get('/api/do-not-call'))
    const optedOut = data.map((entry: { phone_number: string }) => entry.phone_number)
    assert.deepEqual(optedOut.toSorted(), numbers.slice(30, 35))

    checkReport((await customer.api.get(`/api/campaigns/${campaignId}/report.csv`)).text)
  }),
)

/** Checks the carrier's own log: who was called, how the calls were answered, who hung up. */
function checkAgainstCarrier(calls: CampaignCall[], observed: ObservedCall[]): void {
  assert.deepEqual(observed.map(({ number }) => number).toSorted(), numbers)
  assert.deepEqual(
    tally(observed, ({ status, endedBy }) => `${status} ${endedBy ?? '-'}`),
    { '200 callee': 25, '200 caller': 15, '486 -': 5, '404 -': 3, '487 -': 2 },
  )
  assert.deepEqual(
    Object.fromEntries(calls.map(({ phone_number, status }) => [phone_number, status])),
    Object.fromEntries(numbers.map((number) => [number, expectedStatus(number)])),
  )
  assert.deepEqual(
    tally(calls, ({ key, transferred, cause, attempts }) => `${key} ${transferred} ${cause} ${attempts}`),
    {
      '1 true null 1': 20,
      'null false null 1': 15,
      '9 false null 1': 5,
      'null false busy 1': 5,
      'null false not_found 1': 3,
      'null false no_answer 1': 2,
    },
  )
  const bySipp = new Map(observed.map((call) => [call.number, call]))
  for (const { phone_number, answered_at } of calls) {
    const { answeredAt } = bySipp.get(phone_number)!
    assert.equal(answered_at !== null, answeredAt !== undefined, phone_number)
    if (answeredAt) assert.ok(Math.abs(Date.parse(answered_at!) - answeredAt) < 5000, phone_number)
  }
}

/**
 * Checks that the frames have absolute counts, which only grow while the campaign runs. The last frame is final. The frame of the start is
 * durable and takes another way, so the first counts may overtake it.
 */
function checkProgress(frames: Counts[], campaign: Counts): void {
  const received = frames.filter(({ total_calls }) => total_calls > 0)
  assert.ok(received.length >= 5, `Only ${received.length} frames were received.`)
  assert.ok(received.some(({ progress }) => progress > 0 && progress < 100))
  for (const name of ['progress', 'answered_calls', 'transferred_calls', 'failed_calls'] as const) {
    const values = received.map((counts) => counts[name])
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
      name,
    )
  }
  assert.deepEqual(pickCounts(received.at(-1)!), pickCounts(campaign))
}

function checkReport(report: string): void {
  const [header, ...lines] = report
    .trim()
    .split('\r\n')
    .map((line) => line.split(','))
  const column = (name: string) => header!.indexOf(name)
  assert.deepEqual(
    Object.fromEntries(lines.map((cells) => [cells[column('phone_number')], cells[column('status')]])),
    Object.fromEntries(numbers.map((number) => [number, expectedStatus(number)])),
  )
  assert.deepEqual(
    tally(lines, (cells) => cells[column('transferred')]!),
    { yes: 20, no: 30 },
  )
}

const pickCounts = (counts: Counts): Counts => ({
  status: counts.status,
  progress: counts.progress,
  contacts: counts.contacts,
  total_calls: counts.total_calls,
  answered_calls: counts.answered_calls,
  transferred_calls: counts.transferred_calls,
  failed_calls: counts.failed_calls,
  transfers_waiting: counts.transfers_waiting,
})
