import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { answers } from '@switchboard/voice/sim'
import { openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { type SimulationWorkspace, numbers } from '../../../../test/campaign-simulation/workspace.ts'

const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-plans-'))
after(() => rm(folder, { recursive: true, force: true }))
const plansFile = path.join(folder, 'plans.json')
const tiny = { id: 'tiny', name: 'Tiny', price: 0, limits: { max_calls_per_month: 5, max_contacts_per_campaign: 10 } }
await writeFile(plansFile, JSON.stringify([tiny, { id: 'large', name: 'Large', price: 0 }]))

const simulation = await openCampaignSimulation({ PLANS_FILE: plansFile, DEFAULT_PLAN: 'tiny' })
const once = { max_attempts: 1, delay_minutes: 1, on: [] }

async function startNode() {
  await simulation.query('update telephony.sip_providers set active = false')
  const node = simulation.makeNode({ idlePollMs: 1_000, behaviour: () => answers(500, { hangUpAfterMs: 3_000 }) })
  await node.start()
  return node
}

const choosePlan = (shop: SimulationWorkspace, plan: string) =>
  simulation.query(
    `insert into billing.subscriptions (id, workspace_id, user_id, plan_id, plan_name, status)
     values (gen_random_uuid(), $1, $2, $3, $3, 'active')`,
    [shop.id, shop.userId, plan],
  )

async function addContacts(shop: SimulationWorkspace, count: number) {
  await simulation.query(
    `with made as (
       insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number)
       select gen_random_uuid(), $1, $2, 'Late', n::text, '+1646' || (3000000 + n) from generate_series(1, $3::int) n returning id
     )
     insert into contacts.list_items (id, workspace_id, contact_list_id, contact_id)
     select campaigns.new_id(row_number() over ()), $1, $4, id from made`,
    [shop.id, shop.userId, count, shop.listId],
  )
}

test('two campaigns at once make no more calls than the plan allows in a month', async () => {
  const node = await startNode()
  const shop = await simulation.makeWorkspace(numbers(9))
  const settings = { retry: once, key_map: { '9': 'opt_out' as const } }
  await node.telephony.sync()
  const ids = [await shop.createCampaign(settings), await shop.createCampaign(settings)] as const
  await simulation.query(`update telephony.calling_limits set min_minutes_between_calls = 0`)
  for (const id of ids) await shop.change(id, 'start')
  node.engine.wake()
  await simulation.clock.advance(120_000)
  assert.equal(node.gateway.carried.length, 5)
  for (const id of ids) {
    const { status, status_reason } = await shop.campaign(id)
    assert.equal(status, 'paused')
    assert.match(status_reason ?? '', /^The 5 calls that the plan Tiny allows in a month are used up/)
    await assert.rejects(shop.change(id, 'resume'), { status: 402, code: 'plan_limit' })
  }
  await choosePlan(shop, 'large')
  for (const id of ids) await shop.change(id, 'resume')
  node.engine.wake()
  for (const id of ids) await simulation.runToEnd(shop, id)
  assert.equal(node.gateway.carried.length, 18)
  await node.stop()
})

test('a campaign does not start with more contacts than the plan allows, and calls no more', async () => {
  const node = await startNode()
  const large = await simulation.makeWorkspace(numbers(11))
  const refused = await large.createCampaign({ retry: once })
  await assert.rejects(large.change(refused, 'start'), {
    status: 402,
    message: /The plan Tiny allows 10 contacts in a campaign, and the contact list has more/,
  })
  assert.equal((await large.campaign(refused)).status, 'pending')

  await simulation.query('update telephony.sip_providers set active = false')
  const shop = await simulation.makeWorkspace(numbers(3))
  await node.telephony.sync()
  const id = await shop.createCampaign({ retry: once, calls_per_second: 0.5, key_map: { '9': 'opt_out' } })
  await shop.change(id, 'start')
  await addContacts(shop, 8)
  node.engine.notice({ type: 'contact_list.changed', data: { contact_list_id: shop.listId } } as never)
  node.engine.wake()
  await simulation.clock.advance(65_000)
  const { contacts, status_reason } = await shop.campaign(id)
  assert.equal(contacts, 10)
  assert.equal(status_reason?.startsWith('The 5 calls') ?? false, true, 'the month is used up as well')
  await node.stop()
})

test('the campaign says that its list has more contacts than the plan allows', async () => {
  const node = await startNode()
  const shop = await simulation.makeWorkspace(numbers(10))
  await node.telephony.sync()
  const id = await shop.createCampaign({ retry: once, start_at: '2039-01-01T00:00:00Z' })
  await shop.change(id, 'start')
  await addContacts(shop, 1)
  node.engine.wake()
  await simulation.clock.advance(65_000)
  const { contacts, status, status_reason } = await shop.campaign(id)
  assert.deepEqual([contacts, status], [10, 'active'])
  assert.equal(
    status_reason,
    'The plan Tiny allows 10 contacts in a campaign. The other contacts of the list are not called.',
  )
  await node.stop()
})
