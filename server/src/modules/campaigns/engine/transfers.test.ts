import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CalleeBehaviour, answers, busy, noAnswer, rejects } from '@switchboard/voice/sim'
import fc from 'fast-check'
import { type SimulationNode, openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import {
  type SimulationProvider,
  type SimulationWorkspace,
  numbers,
} from '../../../../test/campaign-simulation/workspace.ts'
import { listCalls } from '../calls.ts'

const simulation = await openCampaignSimulation()

const desk = '+12125550199'
const once = { max_attempts: 1, delay_minutes: 1, on: [] }
/** The transfer number answers and hangs up after a conversation of this length. */
const talks = (ms: number) => answers(1_000, { hangUpAfterMs: ms })
const presses1 = (afterMs = 2_000, more: Partial<Parameters<typeof answers>[1]> = {}) =>
  answers(500, { keys: [{ key: '1', afterMs }], ...more })

interface Fixture {
  shop: SimulationWorkspace
  node: SimulationNode
  id: string
}

interface Setting {
  contacts?: number
  /** What contact number i does. */
  contact: (i: number) => CalleeBehaviour
  desk: CalleeBehaviour
  provider: SimulationProvider
  campaign?: Parameters<SimulationWorkspace['createCampaign']>[0]
}

/** A campaign that has just been started on a node of its own. */
async function begin({ contacts = 12, contact, desk: target, provider, campaign }: Setting): Promise<Fixture> {
  await simulation.query('update telephony.sip_providers set active = false')
  const called = numbers(contacts)
  const shop = await simulation.makeWorkspace(called, provider)
  const node = simulation.makeNode({ behaviour: (to) => (to === desk ? target : contact(called.indexOf(to))) })
  await node.start()
  const id = await shop.createCampaign({ retry: once, ...campaign })
  await shop.change(id, 'start')
  node.engine.wake()
  return { shop, node, id }
}

const contactsDialled = ({ node }: Fixture) => node.gateway.carried.filter(({ to }) => to !== desk)

/** Advances in steps until the campaign is over; never more calls than `limit` at once. */
async function runWithin(
  { shop, node, id }: Fixture,
  limit: number,
  stepMs = 250,
  limitMs = 3_600_000,
): Promise<number> {
  const startedAt = simulation.clock.monotonic()
  while ((await shop.campaign(id)).status !== 'completed') {
    await simulation.clock.advance(stepMs)
    const { activeCalls } = await node.gateway.load()
    assert.ok(activeCalls <= limit, `${activeCalls} calls at once`)
    assert.ok(simulation.clock.monotonic() - startedAt < limitMs, JSON.stringify(await shop.campaign(id)))
  }
  return simulation.clock.monotonic() - startedAt
}

interface Wait {
  number: string
  requested: number
  began: number | null
  ended: number | null
  waited_ms: number
  lost: boolean
  transferred: boolean
  cause: string | null
}

const waitsOf = async (id: string) =>
  (await simulation.query(
    `select phone_number as number, 1000 * extract(epoch from transfer_requested_at)::float8 as requested,
            1000 * extract(epoch from transfer_wait_began_at)::float8 as began, 1000 * extract(epoch from transfer_wait_ended_at)::float8 as ended,
            transfer_wait_ms as waited_ms, transfer_lost as lost, transferred_at is not null as transferred, cause
       from campaigns.targets where campaign_id = $1 and transfer_requested_at is not null order by transfer_requested_at`,
    [id],
  )) as unknown as Wait[]

test('twelve people press 1 on a trunk of ten: all are connected, some after a wait that is counted', async () => {
  const fixture = await begin({ contact: () => presses1(), desk: talks(8_000), provider: { max_concurrent_calls: 10 } })
  const framesBefore = simulation.frames.length
  await runWithin(fixture, 10)
  const { shop, node, id } = fixture
  const campaign = await shop.campaign(id)
  assert.deepEqual(
    [campaign.transferred_calls, campaign.transfers_requested, campaign.transfers_lost, campaign.transfers_waiting],
    [12, 12, 0, 0],
  )
  const waits = (await waitsOf(id)).filter(({ began }) => began !== null)
  assert.ok(waits.length > 0, 'eight callers had ten channels: some had to wait')
  assert.equal(campaign.transfers_waited, waits.length)
  const seconds = waits.map(({ waited_ms }) => waited_ms / 1000)
  assert.ok(Math.abs(campaign.longest_transfer_wait_seconds - Math.max(...seconds)) <= 0.05)
  const average = seconds.reduce((sum, each) => sum + each, 0) / seconds.length
  assert.ok(Math.abs(campaign.average_transfer_wait_seconds - average) <= 0.06)

  const { data: calls } = await listCalls(shop.ctx(), id, { limit: 50 })
  assert.equal(calls.filter(({ transfer_wait_seconds }) => transfer_wait_seconds !== null).length, waits.length)
  assert.ok(calls.every(({ transferred, transfer_lost }) => transferred && !transfer_lost))

  const frames = simulation.frames.slice(framesBefore).filter(({ data }) => data.campaign_id === id)
  assert.ok(
    frames.some(({ data }) => Number(data.transfers_waiting) > 0),
    'live clients see that people wait',
  )
  assert.equal(frames.at(-1)?.data.transfers_waited, waits.length)
  await node.stop()
})

test('a contact who waits without success hears a tone, is counted as lost, and is not called again', async () => {
  const fixture = await begin({
    contacts: 2,
    contact: () => presses1(),
    desk: answers(1_000, { hangUpAfterMs: 600_000 }),
    provider: { max_concurrent_calls: 3 },
    campaign: { transfer_wait_seconds: 20 },
  })
  await runWithin(fixture, 3)
  const { shop, node, id } = fixture
  const [lost] = (await waitsOf(id)).filter((wait) => wait.lost)
  assert.equal(lost?.cause, 'transfer_congestion')
  assert.equal(lost?.waited_ms, 20_000)
  const [attempt] = await simulation.query('select status, duration_seconds from campaigns.attempts where cause = $1', [
    'transfer_congestion',
  ])
  // Two seconds of greeting, the wait, three seconds of tone.
  assert.deepEqual(attempt, { status: 'completed', duration_seconds: 2 + 20 + 3 })
  const { transferred_calls, transfers_lost, transfers_waited } = await shop.campaign(id)
  assert.deepEqual([transferred_calls, transfers_lost, transfers_waited], [1, 1, 1])
  assert.equal(contactsDialled(fixture).length, 2)
  await node.stop()
})

test('with transfer_wait_seconds 0 contacts do not wait', async () => {
  const fixture = await begin({
    contacts: 2,
    contact: () => presses1(),
    desk: talks(60_000),
    provider: { max_concurrent_calls: 3 },
    campaign: { transfer_wait_seconds: 0 },
  })
  await runWithin(fixture, 3)
  const { transferred_calls, transfers_lost, transfers_waited } = await fixture.shop.campaign(fixture.id)
  assert.deepEqual([transferred_calls, transfers_lost, transfers_waited], [1, 1, 0])
  await fixture.node.stop()
})

test('a contact who hangs up while waiting leaves the queue at once and is counted as lost', async () => {
  const fixture = await begin({
    contacts: 3,
    contact: (i) => presses1(2_000 + i * 100, i === 1 ? { hangUpAfterMs: 6_000 } : {}),
    desk: talks(15_000),
    provider: { max_concurrent_calls: 4 },
    campaign: { transfer_wait_seconds: 60 },
  })
  await runWithin(fixture, 4)
  const waits = await waitsOf(fixture.id)
  assert.deepEqual(
    waits.map(({ cause, lost, transferred }) => ({ cause, lost, transferred })),
    [
      { cause: null, lost: false, transferred: true },
      { cause: 'transfer_abandoned', lost: true, transferred: false },
      { cause: null, lost: false, transferred: true },
    ],
  )
  const { transfers_waiting, transfers_lost } = await fixture.shop.campaign(fixture.id)
  assert.deepEqual([transfers_waiting, transfers_lost], [0, 1])
  await fixture.node.stop()
})

test('a waiting contact may still opt out', async () => {
  const fixture = await begin({
    contacts: 2,
    contact: (i) =>
      answers(500, {
        keys: [
          { key: '1', afterMs: 2_000 + 100 * i },
          { key: '9', afterMs: 6_000 },
        ],
      }),
    desk: talks(15_000),
    provider: { max_concurrent_calls: 3 },
  })
  await runWithin(fixture, 3)
  const calls = await simulation.query(
    'select key, cause, transferred_at is not null as transferred, duration_seconds from campaigns.attempts where campaign_id = $1 order by transferred',
    [fixture.id],
  )
  assert.deepEqual(calls[0], { key: '9', cause: 'transfer_abandoned', transferred: false, duration_seconds: 6 })
  assert.deepEqual([calls[1]?.key, calls[1]?.transferred], ['1', true])
  const refused = await simulation.query('select id from contacts.do_not_call where workspace_id = $1', [
    fixture.shop.id,
  ])
  assert.equal(refused.length, 1)
  await fixture.node.stop()
})

test('a transfer number that is removed while a contact waits is not called any more', async () => {
  const fixture = await begin({
    contacts: 2,
    contact: () => presses1(2_000, { hangUpAfterMs: 60_000 }),
    desk: talks(20_000),
    provider: { max_concurrent_calls: 3 },
    campaign: { transfer_wait_seconds: 120 },
  })
  while ((await fixture.shop.campaign(fixture.id)).transfers_waiting === 0) await simulation.clock.advance(250)
  await simulation.query('delete from telephony.transfer_numbers where workspace_id = $1', [fixture.shop.id])
  await runWithin(fixture, 3)
  assert.equal(fixture.node.gateway.carried.filter(({ to }) => to === desk).length, 1)
  const [refused] = (await waitsOf(fixture.id)).filter(({ began }) => began !== null)
  assert.deepEqual([refused?.cause, refused?.lost, refused?.transferred], ['transfer_not_allowed', false, false])
  assert.ok(refused!.waited_ms <= 3_000, `${refused!.waited_ms} ms`)
  await fixture.node.stop()
})

test('waiting contacts of two campaigns on one trunk are served in order', async () => {
  const fixture = await begin({
    contacts: 8,
    contact: (i) => presses1(2_000 + 300 * i),
    desk: talks(5_000),
    provider: { max_concurrent_calls: 12 },
    campaign: { transfer_wait_seconds: 120 },
  })
  const second = await fixture.shop.createCampaign({ retry: once, transfer_wait_seconds: 120 })
  await fixture.shop.change(second, 'start')
  fixture.node.engine.wake()
  await runWithin(fixture, 12)
  await runWithin({ ...fixture, id: second }, 12)
  const waiting = [...(await waitsOf(fixture.id)), ...(await waitsOf(second))].filter(({ began }) => began !== null)
  const inOrder = (key: 'began' | 'ended') => waiting.toSorted((a, b) => a[key]! - b[key]!)
  assert.ok(waiting.length > 2)
  assert.deepEqual(inOrder('ended'), inOrder('began'))
  for (const id of [fixture.id, second]) assert.equal((await fixture.shop.campaign(id)).transferred_calls, 8)
  await fixture.node.stop()
})

for (const action of ['pause', 'stop'] as const) {
  test(`to ${action} the campaign keeps waiting contacts`, async () => {
    const fixture = await begin({
      contacts: 20,
      contact: () => presses1(),
      desk: talks(10_000),
      provider: { max_concurrent_calls: 3 },
    })
    const { shop, node, id } = fixture
    while ((await shop.campaign(id)).transfers_waiting === 0) await simulation.clock.advance(250)
    await shop.change(id, action)
    node.engine.wake()
    const dialled = contactsDialled(fixture).length
    await simulation.clock.advance(60_000)
    const { transferred_calls, transfers_lost, transfers_waiting } = await shop.campaign(id)
    assert.deepEqual([transferred_calls, transfers_lost, transfers_waiting], [dialled, 0, 0])
    assert.equal(contactsDialled(fixture).length, dialled)
    await node.stop()
  })
}

test('no new call is made while contacts wait, and calls continue when none waits any more', async () => {
  const fixture = await begin({
    contacts: 30,
    contact: () => presses1(),
    desk: talks(9_000),
    provider: { max_concurrent_calls: 6 },
    campaign: { transfer_wait_seconds: 120 },
  })
  await runWithin(fixture, 6)
  const waits = (await waitsOf(fixture.id)).filter(({ began }) => began !== null)
  assert.ok(waits.length > 0)
  for (const { at, to } of contactsDialled(fixture)) {
    const before = waits.filter(({ began, ended }) => began! < at - 1 && at + 1 < ended!)
    assert.deepEqual(before, [], `${to} was called while others waited`)
  }
  assert.equal((await fixture.shop.campaign(fixture.id)).transferred_calls, 30)
  await fixture.node.stop()
})

test('a carrier without a free channel (503) is retried while the contact waits; a busy transfer number is not', async () => {
  let answer: CalleeBehaviour = rejects(503)
  const target = new Proxy({} as CalleeBehaviour, {
    get: (_, key) => Reflect.get(answer, key),
    has: (_, key) => Reflect.has(answer, key),
  })
  const fixture = await begin({
    contacts: 1,
    contact: () => presses1(),
    desk: target,
    provider: { max_concurrent_calls: 10 },
  })
  await simulation.clock.advance(8_000)
  answer = talks(5_000)
  await runWithin(fixture, 10)
  const [wait] = await waitsOf(fixture.id)
  assert.deepEqual([wait?.transferred, wait?.lost], [true, false])
  assert.ok(wait!.waited_ms >= 4_000 && wait!.waited_ms <= 8_000, `${wait!.waited_ms}`)
  await fixture.node.stop()

  const other = await begin({
    contacts: 1,
    contact: () => presses1(),
    desk: busy(),
    provider: { max_concurrent_calls: 10 },
  })
  await runWithin(other, 10)
  const [refused] = await waitsOf(other.id)
  assert.deepEqual([refused?.cause, refused?.lost, refused?.began], ['transfer_busy', false, null])
  await other.node.stop()
})

test('waiting contacts are counted as lost when the server stops or crashes', async () => {
  const setting = {
    contacts: 2,
    contact: () => presses1(),
    desk: talks(600_000),
    provider: { max_concurrent_calls: 3 },
    campaign: { transfer_wait_seconds: 300 },
  }
  const untilWaiting = async ({ shop, id }: Fixture) => {
    while ((await shop.campaign(id)).transfers_waiting === 0) await simulation.clock.advance(250)
  }
  const stopped = await begin(setting)
  await untilWaiting(stopped)
  await stopped.node.stop()
  assert.deepEqual(
    (await waitsOf(stopped.id)).map(({ lost, cause }) => [lost, cause]),
    [
      [false, 'transfer_cancelled'], // the transfer number was still ringing
      [true, 'transfer_abandoned'],
    ],
  )
  assert.equal((await stopped.shop.campaign(stopped.id)).transfers_waiting, 0)

  const died = await begin(setting)
  await untilWaiting(died)
  died.node.dieAt(1, 'before')
  await died.node.expireLease()
  await simulation.clock.advance(60_000)
  const next = simulation.makeNode()
  await next.start()
  await simulation.clock.advance(60_000)
  const { transfers_lost, transfers_waiting, status } = await died.shop.campaign(died.id)
  assert.deepEqual(
    { transfers_lost, transfers_waiting, status },
    { transfers_lost: 1, transfers_waiting: 0, status: 'completed' },
  )
  await next.stop()
})

test('a trunk of one channel cannot bridge: start is refused, and a lowered limit pauses the campaign', async () => {
  const narrow = { max_concurrent_calls: 1 }
  const shop = await simulation.makeWorkspace(numbers(2), narrow)
  const refusal = async (more: Parameters<SimulationWorkspace['createCampaign']>[0] = {}) =>
    shop.change(await shop.createCampaign(more), 'start').then(
      () => null,
      ({ details }: { details?: { path: string; message: string }[] }) => details?.[0],
    )
  const refused = await refusal()
  assert.equal(refused?.path, 'sip_provider_id')
  assert.match(refused?.message ?? '', /2 or more/)
  assert.equal(await refusal({ key_map: { '2': 'repeat' } }), null)
  await simulation.query(`update telephony.sip_providers set transfer_mode = 'refer' where id = $1`, [shop.providerId])
  assert.equal(await refusal(), null)

  const fixture = await begin({
    contact: () => noAnswer(),
    desk: talks(1_000),
    provider: { max_concurrent_calls: 2 },
    campaign: { ring_timeout_seconds: 5 },
  })
  await simulation.clock.advance(3_000)
  await simulation.query('update telephony.sip_providers set max_concurrent_calls = 1 where id = $1', [
    fixture.shop.providerId,
  ])
  await fixture.node.telephony.sync()
  fixture.node.engine.wake()
  await simulation.clock.advance(5_000)
  const { status, status_reason } = await fixture.shop.campaign(fixture.id)
  assert.equal(status, 'paused')
  assert.match(status_reason ?? '', /second channel/)
  await fixture.node.stop()
})

/** How many contacts are dialled at once at the most. */
async function mostAtOnce(fixture: Fixture): Promise<number> {
  let most = 0
  while ((await fixture.shop.campaign(fixture.id)).status !== 'completed') {
    await simulation.clock.advance(500)
    most = Math.max(most, (await fixture.node.gateway.load()).activeCalls)
  }
  await fixture.node.stop()
  return most
}

test('channels are kept free for transfers only where transfers need one', async () => {
  const listens = { contacts: 40, contact: () => answers(500, { hangUpAfterMs: 6_000 }), desk: talks(1_000) }
  const provider = { max_concurrent_calls: 8 }
  assert.equal(await mostAtOnce(await begin({ ...listens, provider })), 7)
  assert.equal(await mostAtOnce(await begin({ ...listens, provider, campaign: { key_map: { '2': 'repeat' } } })), 8)
  assert.equal(await mostAtOnce(await begin({ ...listens, provider: { ...provider, transfer_mode: 'refer' } })), 8)
})

test('keeping channels free costs little when no contact presses a key', async () => {
  const setting: Setting = {
    contacts: 200,
    contact: () => answers(500, { hangUpAfterMs: 9_500 }),
    desk: talks(1_000),
    provider: { max_concurrent_calls: 10 },
  }
  const reserving = await begin(setting)
  const withTransfers = await runWithin(reserving, 10)
  await reserving.node.stop()
  const plain = await begin({ ...setting, campaign: { key_map: { '2': 'repeat' } } })
  const without = await runWithin(plain, 10)
  await plain.node.stop()
  assert.ok(withTransfers < 1.25 * without, `${withTransfers} ms, and ${without} ms without transfers`)
})

test('with random callees: the channels are never exceeded, transfers are served in order, and none is lost for a new call', async () => {
  const contact = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        pressMs: fc.integer({ min: 500, max: 6_000 }),
        hangUpMs: fc.option(fc.integer({ min: 7_000, max: 60_000 }), { freq: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant(null) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(contact, { minLength: 8, maxLength: 20 }),
      fc.integer({ min: 2, max: 9 }),
      fc.integer({ min: 2_000, max: 30_000 }),
      fc.integer({ min: 5, max: 60 }),
      fc.integer({ min: 2, max: 40 }),
      async (people, limit, talkMs, transfer_wait_seconds, calls_per_second) => {
        const fixture = await begin({
          contacts: people.length,
          contact: (i) => {
            const person = people[i]
            if (!person) return noAnswer()
            return presses1(person.pressMs, person.hangUpMs === null ? {} : { hangUpAfterMs: person.hangUpMs })
          },
          desk: talks(talkMs),
          provider: { max_concurrent_calls: limit, calls_per_second },
          campaign: { transfer_wait_seconds, ring_timeout_seconds: 10 },
        })
        await runWithin(fixture, limit)
        const waits = await waitsOf(fixture.id)
        const waiting = waits.filter(({ began }) => began !== null)
        for (const lost of waits.filter((wait) => wait.lost && wait.cause === 'transfer_congestion')) {
          assert.equal(lost.waited_ms, transfer_wait_seconds * 1000, 'lost before the wait was over')
          const during = (at: number) => at > lost.began! + 1 && at < lost.ended! - 1
          assert.deepEqual(
            contactsDialled(fixture).filter(({ at }) => during(at)),
            [],
            'a new call was preferred',
          )
          const overtook = waiting.filter(
            (other) => other.transferred && other.began! > lost.began! && during(other.ended!),
          )
          assert.deepEqual(overtook, [], 'a later caller was preferred')
        }
        const served = waiting.filter(({ transferred }) => transferred).toSorted((a, b) => a.began! - b.began!)
        for (const [i, next] of served.entries())
          assert.ok(i === 0 || served[i - 1]!.ended! <= next.ended!, 'not in the order of asking')
        assert.equal(contactsDialled(fixture).length, people.length)
        const { transfers_waiting, transfers_waited, transfers_lost } = await fixture.shop.campaign(fixture.id)
        assert.deepEqual(
          { transfers_waiting, transfers_waited, transfers_lost },
          {
            transfers_waiting: 0,
            transfers_waited: waiting.length,
            transfers_lost: waits.filter(({ lost }) => lost).length,
          },
        )
        await fixture.node.stop()
      },
    ),
    { numRuns: 12 },
  )
})
