import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { answers, busy } from '@switchboard/voice/sim'
import { type SimulationNode, openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { transaction } from '../../../platform/context.ts'
import { addDoNotCall } from '../../contacts/index.ts'
import { lastCheck } from './claims.ts'

const simulation = await openCampaignSimulation()
const once = { max_attempts: 1, delay_minutes: 1, on: [] }
const minuteMs = 60_000

/** When each number was dialled, by monotonic time, on all nodes. */
function createLedger(callMs: number) {
  const dialled = new Map<string, number[]>()
  const behaviour = (to: string) => {
    dialled.set(to, [...(dialled.get(to) ?? []), simulation.clock.monotonic()])
    return answers(1_000, { hangUpAfterMs: callMs })
  }
  return { dialled, behaviour }
}

async function startNodes(
  count: number,
  behaviour: Parameters<typeof simulation.makeNode>[0],
): Promise<SimulationNode[]> {
  const nodes = Array.from({ length: count }, () =>
    simulation.makeNode({ ...behaviour, idlePollMs: 1_000, heartbeatMs: 3_000 }),
  )
  for (const node of nodes) await node.start()
  return nodes
}

test('a contact of two campaigns on two nodes is called by one at a time, and not again within the minimum interval', async () => {
  await simulation.query('update telephony.sip_providers set active = false')
  const { dialled, behaviour } = createLedger(5 * minuteMs)
  const nodes = await startNodes(2, { behaviour })
  const called = numbers(30)
  const shop = await simulation.makeWorkspace(called)
  const second = await shop.addProvider()
  for (const node of nodes) await node.telephony.sync()
  assert.deepEqual(
    nodes.map(({ telephony }) => telephony.trunks().size),
    [1, 1],
    'each node has one of the providers',
  )
  const first = await shop.createCampaign({ retry: once, sip_provider_id: shop.providerId })
  const other = await shop.createCampaign({ retry: once, sip_provider_id: second })
  for (const id of [first, other]) await shop.change(id, 'start')
  for (const node of nodes) node.engine.wake()
  await simulation.clock.advance(10_000)
  // Together they have dialled every contact exactly once.
  assert.deepEqual([...dialled.keys()].toSorted(), called.toSorted())
  assert.ok([...dialled.values()].every(({ length }) => length === 1))
  const [waiting] = await simulation.query(
    `select count(*) as count from campaigns.targets where workspace_id = $1 and status = 'queued' and cause = 'called_recently'`,
    [shop.id],
  )
  assert.deepEqual(waiting, { count: 30 })
  await simulation.runToEnd(shop, first, 3 * 3_600_000, 30_000)
  await simulation.runToEnd(shop, other, 3 * 3_600_000, 30_000)
  for (const [number, times] of dialled) {
    assert.equal(times.length, 2, number)
    const [one, two] = times as [number, number]
    // An attempt is committed up to 100 ms before its INVITE.
    assert.ok(two - one >= 15 * minuteMs - 200, `${number} was dialled again after ${(two - one) / minuteMs} minutes`)
  }
  for (const node of nodes) await node.stop()
})

test('the minimum interval applies between campaigns: retries of one campaign follow its retry rule', async () => {
  await simulation.query('update telephony.sip_providers set active = false')
  const shop = await simulation.makeWorkspace(numbers(1))
  const dialled: number[] = []
  const [node] = (await startNodes(1, {
    behaviour: () => {
      dialled.push(simulation.clock.monotonic())
      return busy()
    },
  })) as [SimulationNode]
  const id = await shop.createCampaign({ retry: { max_attempts: 3, delay_minutes: 2, on: ['busy'] } })
  await simulation.query('update telephony.sip_providers set active = true where id = $1', [shop.providerId])
  await node.telephony.sync()
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.runToEnd(shop, id, 3_600_000, 1_000)
  assert.equal(dialled.length, 3)
  const [a, b, c] = dialled as [number, number, number]
  for (const pause of [b - a, c - b]) assert.ok(pause >= 2 * minuteMs && pause < 2.2 * minuteMs, `${pause} ms`)
  await node.stop()
})

test('a contact is not called once the request to put them on the do-not-call list is acknowledged, even right before the call', async () => {
  await simulation.query('update telephony.sip_providers set active = false')
  const called = numbers(60)
  const shop = await simulation.makeWorkspace(called, { calls_per_second: 50 })
  const { dialled, behaviour } = createLedger(2_000)
  const [node] = (await startNodes(1, { behaviour })) as [SimulationNode]
  const id = await shop.createCampaign({ retry: once, calls_per_second: 50, max_concurrent_calls: 100 })
  await node.telephony.sync()
  await shop.change(id, 'start')
  node.engine.wake()
  const forbidden = new Set<string>()
  for (let step = 0; step < 400; step++) {
    await simulation.clock.advance(7)
    // Those whose attempt is committed and whose INVITE has not left.
    const begun = (await simulation.query(
      `select phone_number from campaigns.attempts where campaign_id = $1 and status = 'dialling' and ended_at is null`,
      [id],
    )) as unknown as { phone_number: string }[]
    const next = begun.map(({ phone_number }) => phone_number).find((number) => !dialled.has(number))
    if (next === undefined || step % 3 > 0) continue
    await transaction(shop.ctx(), (ctx) => addDoNotCall(ctx, next, 'Asked us'))
    if (!dialled.has(next)) forbidden.add(next)
  }
  await simulation.runToEnd(shop, id, 600_000, 1_000)
  assert.ok(forbidden.size >= 5, `only ${forbidden.size} came in time`)
  assert.deepEqual(
    [...forbidden].filter((number) => dialled.has(number)),
    [],
  )
  const settled = await simulation.query(
    `select status, cause, attempts, count(*) as count from campaigns.targets
      where campaign_id = $1 and phone_number = any ($2) group by status, cause, attempts`,
    [id, [...forbidden]],
  )
  assert.deepEqual(settled, [{ status: 'do_not_call', cause: 'do_not_call', attempts: 0, count: forbidden.size }])
  await node.stop()
})

test('an entry on the do-not-call list is acknowledged after an INVITE in progress', async () => {
  const [number] = numbers(1) as [string]
  const shop = await simulation.makeWorkspace([number])
  const { pool, places } = simulation.services.connections
  const order: string[] = []
  let entered: Promise<unknown> | undefined
  const isWaiting = async () =>
    places.waiting() > 0 ||
    (pool.options.max !== 1 &&
      (await simulation.query('select from pg_locks where locktype = $1 and not granted', ['advisory'])).length > 0)
  await transaction(shop.ctx(), async (ctx) => {
    await ctx.db.together([lastCheck.lock.call({ phone_number: number })])
    entered = transaction(shop.ctx(), (ctx) => addDoNotCall(ctx, number)).then(() => order.push('acknowledged'))
    while (!(await isWaiting())) await sleep(2)
    order.push('INVITE')
  })
  await entered
  assert.deepEqual(order, ['INVITE', 'acknowledged'])
})

test('a contact who was deleted or whose number was changed right before the call is not called at the old number', async () => {
  await simulation.query('update telephony.sip_providers set active = false')
  const called = numbers(40)
  const shop = await simulation.makeWorkspace(called, { calls_per_second: 50 })
  const { dialled, behaviour } = createLedger(2_000)
  const [node] = (await startNodes(1, { behaviour })) as [SimulationNode]
  const id = await shop.createCampaign({ retry: once, calls_per_second: 50, max_concurrent_calls: 100 })
  await node.telephony.sync()
  await shop.change(id, 'start')
  node.engine.wake()
  const gone: string[] = []
  for (let step = 0; step < 200; step++) {
    await simulation.clock.advance(7)
    const begun = (await simulation.query(
      `select t.contact_id, a.phone_number from campaigns.attempts a join campaigns.targets t on t.id = a.target_id
        where a.campaign_id = $1 and a.status = 'dialling' and a.ended_at is null and t.contact_id is not null`,
      [id],
    )) as unknown as { contact_id: string; phone_number: string }[]
    const next = begun.find(({ phone_number }) => !dialled.has(phone_number))
    if (!next || step % 3 > 0) continue
    if (gone.length % 2 === 0) await simulation.query('delete from contacts.contacts where id = $1', [next.contact_id])
    else await simulation.query('update contacts.contacts set phone_number = null where id = $1', [next.contact_id])
    if (!dialled.has(next.phone_number)) gone.push(next.phone_number)
  }
  await simulation.runToEnd(shop, id, 600_000, 1_000)
  assert.ok(gone.length >= 4)
  assert.deepEqual(
    gone.filter((number) => dialled.has(number)),
    [],
  )
  await node.stop()
})
