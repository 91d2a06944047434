import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ObservedCall, Script } from './peers/sipp.ts'
import { answered, prepareCampaign } from './customer.ts'
import { freePort } from './ports.ts'
import { withFixture } from './fixture.ts'
import { tally } from './tally.ts'
import { until } from '../server/test/until.ts'

const quick: Script = { byNumberEnding: {}, otherwise: { does: 'hang up', afterMs: 50 }, ringMs: 50 }
const numbersOf = (count: number) => Array.from({ length: count }, (_, i) => `+1415555${2000 + i}`)

/** The maximum difference of the delay of two calls through the carrier. */
const transitMs = 30

/** Returns the maximum number of INVITEs within any second, allowing for jitter on the way. */
function mostInOneSecond(calls: ObservedCall[]): number {
  const times = calls.map(({ invitedAt }) => invitedAt).toSorted((a, b) => a - b)
  return Math.max(...times.map((from, i) => times.slice(i).findLastIndex((at) => at < from + 1000 - transitMs) + 1))
}

test('the test of a provider reports the result', () =>
  withFixture({ name: 'provider-test', databaseUrl: null, script: quick }, async ({ customer, account, carrier }) => {
    const tryOut = async (line: typeof account) => {
      const { ok, sip, message } = await answered(
        customer.api.post(`/api/sip-providers/${await customer.addProvider(line)}/test`),
      )
      assert.match(message, / .*\.$/, 'A sentence for a person.')
      return { ok, sip }
    }
    assert.deepEqual(await tryOut(account), { ok: true, sip: 200 })
    assert.deepEqual(await tryOut({ ...account, register: false }), { ok: true, sip: 200 })
    const { ok, sip } = await tryOut({ ...account, password: 'guessed' })
    assert.ok(!ok && (sip === 401 || sip === 403), `SIP ${sip}`)
    assert.deepEqual(await tryOut({ ...account, port: await freePort() }), { ok: false, sip: null })
    await carrier.stop()
    assert.deepEqual(await tryOut(account), { ok: false, sip: null })
  }))

test('with a wrong password every call fails with its cause, once, and the campaign ends', () =>
  withFixture({ name: 'password', databaseUrl: null, script: quick }, async (fixture) => {
    const { customer, account, people, carrier } = fixture
    // Without registration the carrier refuses the calls.
    await customer.addProvider({ ...account, password: 'guessed', register: false, calls_per_second: 20 })
    const numbers = numbersOf(10)
    const campaignId = await prepareCampaign(fixture, numbers, { calls_per_second: 20 })
    await customer.act(campaignId, 'start')
    await customer.untilCompleted(campaignId, 60_000)

    assert.deepEqual(
      tally(await customer.calls(campaignId), ({ status, cause, attempts }) => `${status} ${cause} ${attempts}`),
      { 'failed auth_failed 1': 10 },
    )
    assert.equal((await customer.campaign(campaignId)).failed_calls, 10)
    assert.deepEqual(await people.calls(), [], 'No contact was reached.')
    // Each is asked for the password once, and once more with a fresh nonce at the most.
    assert.ok((await carrier.challenges()) <= 3 * numbers.length, `${await carrier.challenges()} challenges`)
  }))

test('a refused registration is reported, and the campaign ends with the cause of each call', () =>
  withFixture({ name: 'registration', databaseUrl: null, script: quick }, async (fixture) => {
    const { customer, account, people } = fixture
    const providerId = await customer.addProvider({ ...account, password: 'guessed', calls_per_second: 20 })
    const provider = async () => answered(customer.api.get(`/api/sip-providers/${providerId}`))
    await until('the refusal is reported', async () => (await provider()).status.state === 'failed', 20_000)
    const campaignId = await prepareCampaign(fixture, numbersOf(5), { calls_per_second: 20 })
    await customer.act(campaignId, 'start')
    await customer.untilCompleted(campaignId, 60_000)
    assert.deepEqual(
      tally(await customer.calls(campaignId), ({ status, cause }) => `${status} ${cause}`),
      { 'failed auth_failed': 5 },
    )

    const { password } = account
    await answered(customer.api.patch(`/api/sip-providers/${providerId}`, { password }))
    await until('the new password is accepted', async () => (await provider()).status.state === 'registered', 20_000)
    const second = await prepareCampaign(fixture, numbersOf(10).slice(5), { calls_per_second: 20 })
    await customer.act(second, 'start')
    await customer.untilCompleted(second, 60_000)
    assert.deepEqual(
      tally(await customer.calls(second), ({ status }) => status),
      { completed: 5 },
    )
    assert.equal((await people.calls()).length, 5)
  }))

test('a carrier that restarts during a campaign: each contact is reached exactly once', () =>
  withFixture({ name: 'restart', databaseUrl: null, script: quick }, async (fixture) => {
    const { customer, account, people, carrier } = fixture
    await customer.addProvider({ ...account, calls_per_second: 10 })
    const numbers = numbersOf(120)
    const campaignId = await prepareCampaign(fixture, numbers, { calls_per_second: 10 })
    await customer.act(campaignId, 'start')
    for (const reached of [30, 60]) {
      await until(`${reached} people are reached`, async () => (await people.calls()).length >= reached, 60_000)
      await carrier.restart()
    }
    await customer.untilCompleted(campaignId, 120_000)

    const calls = await customer.calls(campaignId)
    assert.deepEqual(
      tally(calls, ({ status }) => status),
      { completed: 120 },
    )
    assert.deepEqual((await people.calls()).map(({ number }) => number).toSorted(), numbers)
  }))

test('pausing stops new calls within a second, and resuming continues', () =>
  withFixture({ name: 'pause', databaseUrl: null, script: quick }, async (fixture) => {
    const { customer, account, people } = fixture
    await customer.addProvider({ ...account, calls_per_second: 15 })
    const numbers = numbersOf(90)
    const campaignId = await prepareCampaign(fixture, numbers, { calls_per_second: 15 })
    await customer.act(campaignId, 'start')
    for (const reached of [20, 50]) {
      await until(`${reached} people are called`, async () => (await people.calls()).length >= reached, 60_000)
      await customer.act(campaignId, 'pause')
      const pausedAt = Date.now()
      await sleep(3000) // the time in which nothing may happen
      const late = (await people.calls()).filter(({ invitedAt }) => invitedAt > pausedAt + 1000)
      assert.deepEqual(late, [], 'Called more than a second after the pause.')
      assert.equal((await customer.campaign(campaignId)).status, 'paused')
      await customer.act(campaignId, 'resume')
    }
    await customer.untilCompleted(campaignId, 60_000)
    assert.deepEqual((await people.calls()).map(({ number }) => number).toSorted(), numbers)
  }))

test('the calls per second of the campaign and the provider are never exceeded', () =>
  withFixture({ name: 'rate', databaseUrl: null, script: quick }, async (fixture) => {
    const { customer, account, people } = fixture
    await customer.addProvider({ ...account, calls_per_second: 12 })
    const greedy = await prepareCampaign(fixture, numbersOf(100), { calls_per_second: 100 })
    const modest = await prepareCampaign(fixture, ['+14155553000', '+14155553001', '+14155553002', '+14155553003'], {
      calls_per_second: 1,
    })
    await customer.act(greedy, 'start')
    await customer.act(modest, 'start')
    await customer.untilCompleted(greedy, 60_000)
    await customer.untilCompleted(modest, 60_000)

    const calls = await people.calls()
    assert.equal(calls.length, 104)
    assert.ok(mostInOneSecond(calls) <= 12, `${mostInOneSecond(calls)} calls within a second, 12 allowed.`)
    const modestCalls = calls.filter(({ number }) => number.startsWith('+1415555300'))
    assert.ok(mostInOneSecond(modestCalls) <= 1, `${mostInOneSecond(modestCalls)} calls within a second, 1 allowed.`)
    const seconds = (calls.at(-1)!.invitedAt - calls[0]!.invitedAt) / 1000
    assert.ok(seconds < 30, `The allowed rate is used: 104 calls took ${seconds} s.`)
  }))

test('a busy contact is called again after the delay, and not before', () => {
  const script: Script = {
    byNumberEnding: {
      1: [
        { does: 'reject', status: 486 },
        { does: 'hang up', afterMs: 50 },
      ],
      2: { does: 'reject', status: 486 },
      3: { does: 'reject', status: 404 },
    },
    otherwise: { does: 'hang up', afterMs: 50 },
  }
  return withFixture({ name: 'retry', databaseUrl: null, script }, async (fixture) => {
    const { customer, account, people } = fixture
    await customer.addProvider({ ...account, calls_per_second: 20 })
    const numbers = ['+14155552001', '+14155552002', '+14155552003', '+14155552004']
    const retry = { max_attempts: 2, delay_minutes: 1, on: ['busy'] }
    const campaignId = await prepareCampaign(fixture, numbers, { calls_per_second: 20, retry })
    await customer.act(campaignId, 'start')
    await customer.untilCompleted(campaignId, 120_000)

    const calls = await customer.calls(campaignId)
    assert.deepEqual(
      calls.map(({ phone_number, status, attempts }) => `${phone_number} ${status} ${attempts}`).toSorted(),
      ['+14155552001 completed 2', '+14155552002 busy 2', '+14155552003 failed 1', '+14155552004 completed 1'],
    )
    const observed = await people.calls()
    assert.deepEqual(
      tally(observed, ({ number }) => number),
      {
        '+14155552001': 2,
        '+14155552002': 2,
        '+14155552003': 1,
        '+14155552004': 1,
      },
    )
    for (const number of numbers.slice(0, 2)) {
      const [first, second] = observed.filter((call) => call.number === number)
      const delaySeconds = (second!.invitedAt - first!.invitedAt) / 1000
      assert.ok(delaySeconds >= 59 && delaySeconds < 75, `Called again after ${delaySeconds} s.`)
    }
    assert.equal((await customer.campaign(campaignId)).total_calls, 4, 'Contacts are counted, not calls.')
  })
})
