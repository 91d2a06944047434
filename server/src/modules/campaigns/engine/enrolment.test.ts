import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers } from '@switchboard/voice/sim'
import { type SimulationNode, openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { startBatchSize } from '../targets.ts'

const simulation = await openCampaignSimulation()

const enrolBatch = 10
/** After the start two full batches and a part of a third. */
const size = startBatchSize + 25
const shop = await simulation.makeWorkspace(numbers(size))
/** No contact is called while contacts are enrolled. */
const slow = { calls_per_second: 0.001 }

async function counts(id: string) {
  const [row] = await simulation.query(
    `select count(*) as targets, count(distinct contact_id) as contacts,
            (select enrol_after is not null from campaigns.campaigns where id = $1) as enrolling
       from campaigns.targets where campaign_id = $1`,
    [id],
  )
  const { targets, contacts, enrolling } = row as unknown as { targets: number; contacts: number; enrolling: boolean }
  const campaign = await shop.campaign(id)
  assert.equal(campaign.contacts, targets, 'the counter is the number of rows')
  assert.equal(contacts, targets, 'no contact is enrolled twice')
  return { targets, enrolling }
}

/** Advances the clock until the list has been enrolled. */
async function enrolAll(id: string): Promise<void> {
  for (let second = 0; (await counts(id)).enrolling; second++) {
    assert.ok(second < 60, 'the list has not been enrolled within 60 s')
    await simulation.clock.advance(1_000)
  }
}

async function end(id: string, ...nodes: SimulationNode[]): Promise<void> {
  const { status } = await shop.campaign(id)
  if (status !== 'stopped') await shop.change(id, 'stop')
  for (const node of nodes) await node.stop()
}

/** Puts a contact onto the list, as its first item or as its last. */
async function addContact(place: 'first' | 'last'): Promise<void> {
  await simulation.query(
    `with added as (insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number)
                    values (gen_random_uuid(), $1, $2, 'Late', $4, $5) returning id)
     insert into contacts.list_items (id, workspace_id, contact_list_id, contact_id) select $6::uuid, $1, $3, id from added`,
    [
      shop.id,
      shop.userId,
      shop.listId,
      place,
      place === 'first' ? '+12129999998' : '+12129999999',
      place === 'first' ? '00000000-0000-7000-8000-000000000001' : 'ffffffff-ffff-7fff-bfff-ffffffffffff',
    ],
  )
}

test('the start enrols one batch, and a node killed during the others neither loses nor duplicates a contact', async () => {
  let halfway = 0
  for (const trip of [6, 9, 12, 15]) {
    const when = trip % 2 === 0 ? 'before' : 'after'
    const id = await shop.createCampaign(slow)
    await shop.change(id, 'start')
    assert.deepEqual(await counts(id), { targets: startBatchSize, enrolling: true })
    const first = simulation.makeNode({ enrolBatch, behaviour: () => answers(0) })
    await first.start()
    first.dieAt(trip, when)
    first.engine.wake()
    await simulation.clock.advance(500)
    assert.ok(first.isDead())
    const { targets } = await counts(id)
    if (targets > startBatchSize && targets < size) halfway++
    const second = simulation.makeNode({ enrolBatch, behaviour: () => answers(0) })
    await first.expireLease()
    await second.start()
    await enrolAll(id)
    assert.equal((await counts(id)).targets, size, `killed ${when} trip ${trip}`)
    await end(id, second)
  }
  assert.ok(halfway > 0, 'no kill hit an enrolment')
})

test('a paused campaign continues to enrol and a stopped one does not', async () => {
  const paused = await shop.createCampaign(slow)
  const stopped = await shop.createCampaign(slow)
  for (const id of [paused, stopped]) await shop.change(id, 'start')
  await shop.change(paused, 'pause')
  await shop.change(stopped, 'stop')
  const node = simulation.makeNode({ enrolBatch, behaviour: () => answers(0) })
  await node.start()
  await enrolAll(paused)
  assert.equal((await counts(paused)).targets, size)
  assert.equal((await counts(stopped)).targets, startBatchSize)
  assert.equal((await shop.campaign(paused)).status, 'paused')
  assert.deepEqual(node.gateway.carried, [])
  await shop.change(paused, 'resume')
  node.engine.wake()
  await simulation.clock.advance(2_000)
  assert.equal(node.gateway.carried.length, 1)
  await end(paused, node)
})

test('contacts added while a list is enrolled are enrolled too, before or after the cursor', async () => {
  const id = await shop.createCampaign(slow)
  await shop.change(id, 'start')
  await addContact('first')
  await addContact('last')
  const node = simulation.makeNode({ enrolBatch, behaviour: () => answers(0) })
  await node.start()
  await enrolAll(id)
  // The contact behind the cursor is enrolled when the engine compares the list with the campaign: once a minute or on an event.
  node.engine.notice({ type: 'contact_list.changed', data: { contact_list_id: shop.listId } })
  for (let second = 0; second < 20; second++) await simulation.clock.advance(1_000)
  assert.equal((await counts(id)).targets, size + 2)
  await end(id, node)
})
