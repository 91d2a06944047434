import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, busy } from '@switchboard/voice/sim'
import { type SimulationWorkspace, numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { type SimulationNode, openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'

const simulation = await openCampaignSimulation()

const behaviour = (to: string) => (to.endsWith('1') ? busy() : answers(1_000, { keys: [{ key: '9', afterMs: 500 }] }))

async function countByStatus(campaignId: string): Promise<Record<string, number>> {
  const rows = await simulation.query(
    'select status, count(*) as count from campaigns.targets where campaign_id = $1 group by status',
    [campaignId],
  )
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]))
}

const dialledBy = (...nodes: SimulationNode[]) => nodes.flatMap(({ gateway }) => gateway.carried.map(({ to }) => to))

/** Asserts that no contact was called twice or is missing. Contacts with status `unknown` may have been called. */
async function checkBooks(
  shop: SimulationWorkspace,
  id: string,
  contacts: number,
  nodes: SimulationNode[],
  what: string,
): Promise<number> {
  const dialled = dialledBy(...nodes)
  assert.equal(new Set(dialled).size, dialled.length, `${what}: a contact was called twice`)
  const { unknown = 0, ...finished } = await countByStatus(id)
  const done = Object.values(finished).reduce((sum, count) => sum + count, 0)
  assert.equal(done + unknown, contacts, `${what}: a contact is missing`)
  const campaign = await shop.campaign(id)
  assert.equal(campaign.status, 'completed')
  assert.equal(campaign.progress, 100)
  assert.equal(campaign.total_calls, contacts)
  assert.equal(campaign.answered_calls + campaign.failed_calls, contacts)
  assert.ok(
    dialled.length >= done && dialled.length <= contacts,
    `${what}: ${dialled.length} INVITEs for ${done} results`,
  )
  return unknown
}

test('a node killed before or after any of its round trips to the database: no contact is called twice or lost', async () => {
  let deaths = 0
  let unknowns = 0
  for (const when of ['before', 'after'] as const) {
    for (let trip = 1; ; trip++) {
      const shop = await simulation.makeWorkspace(numbers(3))
      const id = await shop.createCampaign({ retry: { max_attempts: 1, delay_minutes: 1, on: [] } })
      const first = simulation.makeNode({ behaviour })
      await first.start()
      await shop.change(id, 'start')
      first.dieAt(trip, when)
      first.engine.wake()
      await simulation.clock.advance(5_000)
      const died = first.isDead()
      first.dieAt(Infinity, when)
      const second = simulation.makeNode({ behaviour })
      if (died) {
        await first.expireLease()
        await second.start()
      }
      await simulation.runToEnd(shop, id, 120_000)
      unknowns += await checkBooks(shop, id, 3, [first, second], `killed ${when} trip ${trip}`)
      await first.stop()
      await second.stop()
      if (!died) break
      deaths++
    }
  }
  assert.ok(deaths >= 15, `only ${deaths} places to die were tried`)
  assert.ok(unknowns > 0, 'no kill hit a call in progress')
})

test('a node that was stopped past its lease makes no calls and writes nothing when it continues', async () => {
  const shop = await simulation.makeWorkspace(numbers(200))
  const id = await shop.createCampaign({ calls_per_second: 20, retry: { max_attempts: 1, delay_minutes: 1, on: [] } })
  const sleeper = simulation.makeNode({ behaviour, heartbeatMs: 3_000 })
  await sleeper.start()
  await shop.change(id, 'start')
  sleeper.engine.wake()
  await simulation.clock.advance(3_000)
  sleeper.freeze()
  const dialledBefore = sleeper.gateway.carried.length
  assert.ok(dialledBefore > 20)

  const successor = simulation.makeNode({ behaviour, heartbeatMs: 3_000 })
  await sleeper.expireLease()
  await successor.start()
  await simulation.clock.advance(4_000)
  assert.ok(successor.gateway.carried.length > 20)
  sleeper.thaw()
  await simulation.runToEnd(shop, id, 300_000)

  assert.equal(sleeper.gateway.carried.length, dialledBefore)
  const unknown = await checkBooks(shop, id, 200, [sleeper, successor], 'stopped past the lease')
  assert.ok(unknown > 0 && unknown <= dialledBefore)
  await sleeper.stop()
  await successor.stop()
})

test('two nodes on one database share the providers and call no contact twice', async () => {
  const shops = [
    await simulation.makeWorkspace(numbers(60)),
    await simulation.makeWorkspace(numbers(60).map((number) => number.replace('+1212', '+1646'))),
  ]
  const nodes = [
    simulation.makeNode({ behaviour, heartbeatMs: 3_000 }),
    simulation.makeNode({ behaviour, heartbeatMs: 3_000 }),
  ]
  // What becomes free is divided among the nodes that are there then: so both are, before there is anything to take.
  await simulation.query(`update telephony.sip_providers set active = false`)
  for (const node of nodes) await node.start()
  const taken = await simulation.query(
    `update telephony.sip_providers set active = true where id = any($1) returning id`,
    [shops.map((shop) => shop.providerId)],
  )
  assert.equal(taken.length, 2)
  const ids = []
  for (const shop of shops) {
    const id = await shop.createCampaign({ retry: { max_attempts: 1, delay_minutes: 1, on: [] } })
    await shop.change(id, 'start')
    ids.push(id)
  }
  for (const [i, shop] of shops.entries()) {
    await simulation.runToEnd(shop, ids[i] as string, 120_000)
    assert.equal((await shop.campaign(ids[i] as string)).total_calls, 60)
  }
  const dialled = dialledBy(...nodes)
  assert.equal(dialled.length, 120)
  assert.equal(new Set(dialled).size, 120)
  for (const { gateway } of nodes) assert.equal(gateway.carried.length, 60, 'each node holds one of the two providers')
})
