import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CalleeBehaviour, answers, busy } from '@switchboard/voice/sim'
import { type SimulationNode, openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { type SimulationWorkspace, numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { transaction } from '../../../platform/context.ts'
import { serverContext } from '../../../platform/services.ts'
import { listCalls } from '../calls.ts'
import { changeStatus } from '../status.ts'
import { maxCallMs } from './spend.ts'

const simulation = await openCampaignSimulation()
const once = { max_attempts: 1, delay_minutes: 1, on: [] }
const withoutTransfer = {
  retry: once,
  calling_hours: null,
  transfer_number: undefined,
  key_map: { '9': 'opt_out' as const },
}

const minute = 1_000_000
/** Each answered call is billed for an hour: 60 minutes. */
const hourly = { price_per_minute_micros: minute, first_increment_seconds: 3600 }
const costOfCall = 60 * minute
/** The longest call and a minute for its end. */
const mostOfOneCall = (maxCallMs / 60_000 + 1) * minute

type Rate = Parameters<SimulationWorkspace['addCallRate']>[0]
const addRate = (shop: SimulationWorkspace, rate: Partial<Rate> = {}) =>
  shop.addCallRate({ prefix: '1', price_per_minute_micros: minute, ...rate })

async function openWorkspace(contacts: number): Promise<SimulationWorkspace> {
  await simulation.query('update telephony.sip_providers set active = false')
  return simulation.makeWorkspace(numbers(contacts))
}

async function startNode(behaviour: (to: string) => CalleeBehaviour): Promise<SimulationNode> {
  const node = simulation.makeNode({ idlePollMs: 1_000, heartbeatMs: 3_000, behaviour })
  await node.start()
  return node
}

/** What calls in progress have reserved, and how many there are. */
async function inProgress(shop: SimulationWorkspace) {
  const [row] = await simulation.query(
    `select coalesce(sum(reserved_micros), 0)::bigint as reserved, count(*) as calls
       from campaigns.attempts where workspace_id = $1 and ended_at is null`,
    [shop.id],
  )
  return row as unknown as { reserved: number; calls: number }
}

const costs = async (shop: SimulationWorkspace, id: string) =>
  (await listCalls(shop.ctx(), id, { limit: 100 })).data.map(({ cost_micros }) => cost_micros)

test('50 calls at the same time stop at the limit, within what one call may cost', async () => {
  const shop = await openWorkspace(50)
  await addRate(shop, hourly)
  const limit = 10 * mostOfOneCall - 15 * minute
  await shop.setLimits({ max_spend_per_day_micros: limit })
  const node = await startNode(() => answers(0))
  const id = await shop.createCampaign(withoutTransfer)
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.clock.advance(5_000)
  assert.deepEqual(await inProgress(shop), { reserved: 10 * mostOfOneCall, calls: 10 })
  await simulation.clock.advance(60_000)
  const { status, status_reason, total_calls, cost_micros } = await shop.campaign(id)
  assert.equal(status, 'paused')
  assert.match(status_reason ?? '', /The 595\.00 USD that the workspace allows itself for calls in a day are spent/)
  assert.equal(total_calls, 10)
  assert.equal(cost_micros, 10 * costOfCall)
  assert.equal((await shop.limits()).used.spend_today_micros, 10 * costOfCall)
  assert.deepEqual(await inProgress(shop), { reserved: 0, calls: 0 })
  await assert.rejects(shop.change(id, 'resume'), /The 595\.00 USD/)
  await node.stop()
})

test('a limit that calls in progress have reserved lets the next calls wait, not fail', async () => {
  const shop = await openWorkspace(20)
  await addRate(shop)
  await shop.setLimits({ max_spend_per_day_micros: 3 * mostOfOneCall })
  const node = await startNode(() => answers(0))
  const id = await shop.createCampaign(withoutTransfer)
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.clock.advance(5_000)
  assert.equal((await inProgress(shop)).calls, 3)
  assert.equal((await shop.campaign(id)).status, 'active')
  await simulation.runToEnd(shop, id, 600_000)
  assert.equal((await shop.campaign(id)).cost_micros, 20 * minute)
  assert.deepEqual(
    await costs(shop, id),
    Array.from({ length: 20 }, () => minute),
  )
  await node.stop()
})

test('two nodes together hold the limit', async () => {
  await simulation.query('update telephony.sip_providers set active = false')
  const nodes = [await startNode(() => answers(0)), await startNode(() => answers(0))]
  const shop = await simulation.makeWorkspace(numbers(50))
  await addRate(shop, hourly)
  const second = await shop.addProvider()
  for (const node of nodes) await node.telephony.sync()
  assert.deepEqual(
    nodes.map(({ telephony }) => telephony.trunks().size),
    [1, 1],
    'each node has one of the providers',
  )
  const limit = 10 * mostOfOneCall - 15 * minute
  await shop.setLimits({ max_spend_per_day_micros: limit, min_minutes_between_calls: 0 })
  const ids = []
  for (const sip_provider_id of [shop.providerId, second])
    ids.push(await shop.createCampaign({ ...withoutTransfer, sip_provider_id, calls_per_second: 2 }))
  for (const id of ids) await shop.change(id, 'start')
  for (const node of nodes) node.engine.wake()
  for (let step = 0; step < 60; step++) {
    await simulation.clock.advance(1_000)
    const { used } = await shop.limits()
    const { reserved } = await inProgress(shop)
    assert.ok(used.spend_today_micros + reserved < limit + mostOfOneCall)
  }
  assert.equal((await shop.limits()).used.spend_today_micros, 10 * costOfCall)
  for (const id of ids) assert.equal((await shop.campaign(id)).status, 'paused')
  for (const node of nodes) assert.ok(node.gateway.carried.length > 0, 'both nodes made calls')
  for (const node of nodes) await node.stop()
})

test('with a limit, numbers without a rate are not called', async () => {
  const shop = await openWorkspace(2)
  const [rated, unrated] = numbers(2) as [string, string]
  await addRate(shop, { prefix: rated.slice(1) })
  const node = await startNode(() => answers(0))
  const limited = await shop.createCampaign(withoutTransfer)
  await shop.setLimits({ max_spend_per_month_micros: 1000 * minute, min_minutes_between_calls: 0 })
  await shop.change(limited, 'start')
  node.engine.wake()
  await simulation.runToEnd(shop, limited, 60_000)
  assert.deepEqual(
    node.gateway.carried.map(({ to }) => to),
    [rated],
  )
  const { data } = await listCalls(shop.ctx(), limited, { limit: 10 })
  const refused = data.find(({ phone_number }) => phone_number === unrated)
  assert.deepEqual([refused?.status, refused?.cause, refused?.attempts], ['failed', 'no_rate', 0])
  await shop.setLimits({ max_spend_per_month_micros: null })
  const free = await shop.createCampaign(withoutTransfer)
  await shop.change(free, 'start')
  node.engine.wake()
  await simulation.runToEnd(shop, free, 60_000)
  assert.deepEqual((await costs(shop, free)).toSorted(), [minute, null].toSorted())
  await node.stop()
})

for (const [what, hasRate] of [
  ['costs its own rate', true],
  ['without a rate is not made under a limit', false],
] as const) {
  test(`the second leg of a transfer ${what}`, async () => {
    const shop = await openWorkspace(1)
    await addRate(shop, { prefix: numbers(1)[0]?.slice(1) ?? '' })
    if (hasRate) await addRate(shop, { prefix: '12125550199', price_per_minute_micros: 100, connection_fee_micros: 7 })
    await shop.setLimits({ max_spend_per_day_micros: 1000 * minute })
    const node = await startNode((to) =>
      to === shop.transferNumber
        ? answers(0, { hangUpAfterMs: 90_000 })
        : answers(0, { keys: [{ key: '1', afterMs: 4_000 }] }),
    )
    const id = await shop.createCampaign({ retry: once, calling_hours: null })
    await shop.change(id, 'start')
    node.engine.wake()
    await simulation.runToEnd(shop, id, 600_000)
    const { transferred_calls, cost_micros } = await shop.campaign(id)
    // 94 s and 90 s are two minutes each.
    assert.deepEqual([transferred_calls, cost_micros], hasRate ? [1, 2 * minute + 200 + 7] : [0, minute])
    await node.stop()
  })
}

test('a rate that changes or goes does not change the calls in progress', async () => {
  const shop = await openWorkspace(1)
  const rate = await addRate(shop)
  await shop.setLimits({ max_spend_per_day_micros: 1000 * minute })
  const node = await startNode(() => answers(0))
  const id = await shop.createCampaign(withoutTransfer)
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.clock.advance(3_000)
  await shop.deleteCallRate(rate.id)
  await simulation.runToEnd(shop, id, 60_000)
  assert.deepEqual(await costs(shop, id), [minute])
  await node.stop()
})

test('calls that are not answered cost nothing', async () => {
  const shop = await openWorkspace(3)
  await addRate(shop, { connection_fee_micros: 5 })
  const node = await startNode(() => busy())
  const id = await shop.createCampaign(withoutTransfer)
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.runToEnd(shop, id, 60_000)
  assert.deepEqual(await costs(shop, id), [0, 0, 0])
  await node.stop()
})

test('the spend of a day begins again at midnight UTC', async () => {
  const shop = await openWorkspace(2)
  await addRate(shop)
  await shop.setLimits({ max_spend_per_day_micros: minute })
  const node = await startNode(() => answers(0))
  const id = await shop.createCampaign(withoutTransfer)
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.clock.advance(60_000)
  const paused = await shop.campaign(id)
  assert.deepEqual([paused.status, paused.cost_micros], ['paused', minute])
  await node.stop()
  const now = new Date(simulation.clock.now())
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1)
  await simulation.clock.advance(midnight - 1_000 - simulation.clock.now())
  await assert.rejects(
    shop.change(id, 'resume'),
    /The 1\.00 USD that the workspace allows itself for calls in a day are spent/,
  )
  await simulation.clock.advance(1_000)
  const { used } = await shop.limits()
  assert.deepEqual([used.spend_today_micros, used.spend_this_month_micros], [0, minute])
  await shop.change(id, 'resume')
  const other = await startNode(() => answers(0))
  await simulation.runToEnd(shop, id, 60_000)
  assert.equal((await shop.campaign(id)).cost_micros, 2 * minute)
  await other.stop()
})

test('the spend of a month begins again with the next month in UTC', async () => {
  const shop = await openWorkspace(2)
  await addRate(shop)
  await shop.setLimits({ max_spend_per_month_micros: minute })
  const node = await startNode(() => answers(0))
  const id = await shop.createCampaign(withoutTransfer)
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.clock.advance(60_000)
  assert.equal((await shop.campaign(id)).status, 'paused')
  await node.stop()
  const now = new Date(simulation.clock.now())
  const nextMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)
  const resumeAt = (time: number) => {
    const services = { ...simulation.services, now: () => new Date(time) }
    const ctx = serverContext(services, { workspaceId: shop.id, userId: shop.userId })
    return transaction(ctx, (ctx) => changeStatus(ctx, id, 'resume'))
  }
  const spendLeftAt = async (time: number) => {
    const moment = new Date(time).toISOString()
    return (await simulation.query('select campaigns.spend_left($1, $2) as spend_left', [shop.id, moment]))[0]
      ?.spend_left
  }
  assert.equal(await spendLeftAt(nextMonth - 1_000), 0)
  await assert.rejects(resumeAt(nextMonth - 1_000), /1\.00 USD that the workspace allows itself for calls in a month/)
  assert.equal(await spendLeftAt(nextMonth), minute)
  assert.equal((await resumeAt(nextMonth)).status, 'active')
})

test('the reservations of a node that crashed end, and its calls cost what they lasted', async () => {
  const shop = await openWorkspace(5)
  await addRate(shop, hourly)
  await shop.setLimits({ max_spend_per_day_micros: 2 * mostOfOneCall })
  const first = await startNode(() => answers(0))
  const id = await shop.createCampaign(withoutTransfer)
  await shop.change(id, 'start')
  first.engine.wake()
  await simulation.clock.advance(3_000)
  assert.deepEqual(await inProgress(shop), { reserved: 2 * mostOfOneCall, calls: 2 })
  first.dieAt(1, 'before')
  await simulation.clock.advance(3_000)
  assert.ok(first.isDead())
  await first.expireLease()
  const second = await startNode(() => answers(0))
  await simulation.clock.advance(3_000)
  assert.equal((await shop.limits()).used.spend_today_micros, 2 * costOfCall)
  assert.deepEqual(await inProgress(shop), { reserved: mostOfOneCall, calls: 1 })
  await simulation.clock.advance(60_000)
  const { status, cost_micros } = await shop.campaign(id)
  assert.deepEqual([status, cost_micros], ['paused', 3 * costOfCall])
  await second.stop()
})
