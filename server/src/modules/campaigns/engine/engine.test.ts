import assert from 'node:assert/strict'
import { access, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { type CalleeBehaviour, answers, busy, noAnswer, notFound, rejects } from '@switchboard/voice/sim'
import fc from 'fast-check'
import { addDoNotCall } from '../../contacts/index.ts'
import { listCalls } from '../calls.ts'
import { withdrawTarget } from '../withdrawal.ts'
import { transaction } from '../../../platform/context.ts'
import { type SimulationWorkspace, numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { type SimulationNode, openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { followChanges } from '../../../../test/campaign-simulation/changes.ts'
import { storeRecording } from './recording.ts'

const simulation = await openCampaignSimulation()
const changes = await followChanges(simulation)

const desk = '+12125550199'
const once = { max_attempts: 1, delay_minutes: 1, on: [] }

async function startNode(behaviour: (to: string) => CalleeBehaviour): Promise<SimulationNode> {
  await simulation.query('update telephony.sip_providers set active = false')
  const node = simulation.makeNode({ behaviour: (to) => (to === desk ? answers(2_000) : behaviour(to)) })
  await node.start()
  return node
}

/** Opens the provider on the node and starts the campaign there. */
async function startCampaign(
  node: SimulationNode,
  shop: SimulationWorkspace,
  more: Parameters<SimulationWorkspace['createCampaign']>[0] = {},
): Promise<string> {
  await simulation.query('update telephony.sip_providers set active = true where id = $1', [shop.providerId])
  await node.telephony.sync()
  const id = await shop.createCampaign({ retry: once, ...more })
  await shop.change(id, 'start')
  node.engine.wake()
  return id
}

const contactsDialled = (node: SimulationNode) => node.gateway.carried.filter(({ to }) => to !== desk)

async function statuses(id: string): Promise<Record<string, number>> {
  const rows = await simulation.query(
    'select status, count(*) as count from campaigns.targets where campaign_id = $1 group by status',
    [id],
  )
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]))
}

test('each contact is called within the calling hours of their time zone', async () => {
  // The simulation opens at 15:00 UTC: 10:00 in New York, 07:00 in Los Angeles, 05:00 in Honolulu, 16:00 in Berlin.
  const [newYork, losAngeles, honolulu, berlin] = [
    '+12125550001',
    '+13105550001',
    '+18085550001',
    '+4930550001',
  ] as const
  const shop = await simulation.makeWorkspace([newYork, losAngeles, honolulu, berlin])
  const node = await startNode(() => answers(500, { hangUpAfterMs: 1_000 }))
  const startedAt = simulation.clock.now()
  const id = await startCampaign(node, shop, {
    calling_hours: { start: '08:00', end: '21:00', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] },
  })
  await simulation.runToEnd(shop, id, 86_400_000, 60_000)
  const hoursLater = Object.fromEntries(contactsDialled(node).map(({ to, at }) => [to, (at - startedAt) / 3_600_000]))
  for (const [number, hours] of [
    [newYork, 0],
    [berlin, 0],
    [losAngeles, 1],
    [honolulu, 3],
  ] as const) {
    assert.ok(
      Math.abs((hoursLater[number] as number) - hours) < 0.01,
      `${number} was called after ${hoursLater[number]} h`,
    )
  }
  await node.stop()
})

test('a campaign of 50 scripted contacts ends with exact counters', async () => {
  const called = numbers(50)
  const shop = await simulation.makeWorkspace(called)
  const node = await startNode((to) => {
    const i = called.indexOf(to)
    if (i < 20) return answers(1_000, { keys: [{ key: '1', afterMs: 2_000 }], hangUpAfterMs: 30_000 })
    if (i < 30) return answers(1_000)
    if (i < 35) return answers(1_000, { hangUpAfterMs: 1_500 })
    if (i < 40) return busy()
    if (i < 45) return notFound()
    return noAnswer()
  })
  const framesBefore = simulation.frames.length
  const id = await startCampaign(node, shop, {
    retry: { max_attempts: 2, delay_minutes: 5, on: ['busy', 'no_answer'] },
  })
  await simulation.runToEnd(shop, id)

  const { status, progress, contacts, total_calls, answered_calls, transferred_calls, failed_calls, attempts } =
    await shop.campaign(id)
  assert.deepEqual(
    { status, progress, contacts, total_calls, answered_calls, transferred_calls, failed_calls, attempts },
    {
      status: 'completed',
      progress: 100,
      contacts: 50,
      total_calls: 50,
      answered_calls: 35,
      transferred_calls: 20,
      failed_calls: 15,
      attempts: 60,
    },
  )
  assert.deepEqual(await statuses(id), { busy: 5, completed: 15, failed: 5, no_answer: 5, transferred: 20 })
  const dialled = contactsDialled(node).map(({ to }) => to)
  assert.equal(dialled.length, 60)
  assert.equal(new Set(dialled).size, 50)
  assert.deepEqual(
    await simulation.query('select call_count from telephony.transfer_numbers where workspace_id = $1', [shop.id]),
    [{ call_count: 20 }],
  )

  const progressFrames = simulation.frames.slice(framesBefore).filter(({ event }) => event === 'campaign:progress')
  assert.ok(progressFrames.length > 10)
  for (const [i, frame] of progressFrames.entries()) {
    const earlier = progressFrames[i - 4]
    if (earlier) assert.ok(frame.at - earlier.at >= 1000, 'more than four frames in a second')
  }
  const last = progressFrames.at(-1)?.data
  assert.equal(last?.transferred_calls, 20)
  const [logged] = await simulation.query(
    `select count(*) as count from platform.events where type = 'campaign.call_logged' and workspace_id = $1`,
    [shop.id],
  )
  assert.deepEqual(logged, { count: 60 })
  await node.stop()
})

test('keys repeat the greeting, opt out or transfer; without a transfer number or a key the call ends', async () => {
  const [repeats, optsOut, silent, transfers] = numbers(4) as [string, string, string, string]
  const shop = await simulation.makeWorkspace([repeats, optsOut, silent, transfers])
  const node = await startNode((to) => {
    if (to === repeats)
      return answers(0, {
        keys: [
          { key: '2', afterMs: 4_000 },
          { key: '7', afterMs: 5_000 },
        ],
      })
    if (to === optsOut) return answers(0, { keys: [{ key: '9', afterMs: 1_000 }] })
    if (to === transfers) return answers(0, { keys: [{ key: '1', afterMs: 1_000 }] })
    return answers(0)
  })
  await simulation.query('delete from telephony.transfer_numbers where workspace_id = $1', [shop.id])
  const id = await startCampaign(node, shop, {
    transfer_number: undefined,
    key_map: { '2': 'repeat', '9': 'opt_out', '1': 'opt_out' },
  })
  await simulation.runToEnd(shop, id)
  const calls = await simulation.query(
    'select phone_number, status, key, duration_seconds from campaigns.attempts where campaign_id = $1 order by phone_number',
    [id],
  )
  // The greeting lasts 5 s, and after it a key is waited for 10 s.
  assert.deepEqual(calls, [
    { phone_number: repeats, status: 'completed', key: '2', duration_seconds: 4 + 5 + 10 },
    { phone_number: optsOut, status: 'completed', key: '9', duration_seconds: 1 },
    { phone_number: silent, status: 'completed', key: null, duration_seconds: 5 + 10 },
    { phone_number: transfers, status: 'completed', key: '1', duration_seconds: 1 },
  ])
  const refused = await simulation.query(
    'select phone_number from contacts.do_not_call where workspace_id = $1 order by phone_number',
    [shop.id],
  )
  assert.deepEqual(
    refused.map(({ phone_number }) => phone_number),
    [optsOut, transfers],
  )
  await node.stop()
})

test('a campaign with the former voicemail setting lets contacts press a key before it hangs up', async () => {
  const shop = await simulation.makeWorkspace(numbers(1))
  const node = await startNode(() => answers(0))
  const id = await startCampaign(node, shop)
  await simulation.query(`update campaigns.campaigns set voicemail = 'leave_message' where id = $1`, [id])
  await simulation.runToEnd(shop, id)
  const calls = await simulation.query(
    'select status, duration_seconds from campaigns.attempts where campaign_id = $1',
    [id],
  )
  assert.deepEqual(calls, [{ status: 'completed', duration_seconds: 5 + 10 }])
  assert.equal((await shop.campaign(id)).voicemail, 'leave_message')
  await node.stop()
})

test('a recording becomes a file of the workspace, with its address in the list of calls', async () => {
  const shop = await simulation.makeWorkspace(numbers(1))
  const node = await startNode(() => answers(0))
  const id = await startCampaign(node, shop, { record: true })
  await simulation.runToEnd(shop, id)
  const [attempt] = (await simulation.query('select id from campaigns.attempts where campaign_id = $1', [
    id,
  ])) as unknown as [{ id: string }]
  // The simulated telephone writes no sound, so the test does.
  const recorded = path.join(simulation.services.config.dataDir, `${attempt.id}.wav`)
  await writeFile(recorded, Buffer.from('RIFF....WAVE'))
  await storeRecording(shop.ctx(), attempt.id, recorded)
  await assert.rejects(access(recorded))
  const { data } = await listCalls(shop.ctx(), id, { limit: 10 })
  assert.match(data[0]?.recording_url ?? '', new RegExp(`^/api/files/[0-9a-f-]{36}/call-${attempt.id}.wav$`))
  await node.stop()
})

test('an unanswered transfer returns the contact to the greeting, and a transfer to a removed number is not made', async () => {
  const shop = await simulation.makeWorkspace(numbers(1))
  const node = simulation.makeNode({
    behaviour: (to) =>
      to === desk
        ? busy()
        : answers(0, {
            keys: [
              { key: '1', afterMs: 1_000 },
              { key: '9', afterMs: 9_000 },
            ],
          }),
  })
  await simulation.query('update telephony.sip_providers set active = false')
  await node.start()
  const id = await startCampaign(node, shop)
  await simulation.runToEnd(shop, id)
  const [call] = await simulation.query(
    'select status, key, cause, transferred_at from campaigns.attempts where campaign_id = $1',
    [id],
  )
  assert.deepEqual(call, { status: 'completed', key: '9', cause: 'transfer_busy', transferred_at: null })

  const other = await simulation.makeWorkspace(['+12129990001'])
  await simulation.query('update telephony.sip_providers set active = true where id = $1', [other.providerId])
  await node.telephony.sync()
  const second = await other.createCampaign({ retry: once })
  await other.change(second, 'start')
  await simulation.query('delete from telephony.transfer_numbers where workspace_id = $1', [other.id])
  const dialsToDesk = node.gateway.carried.filter(({ to }) => to === desk).length
  node.engine.wake()
  await simulation.runToEnd(other, second)
  assert.equal(node.gateway.carried.filter(({ to }) => to === desk).length, dialsToDesk)
  const [refused] = await simulation.query('select cause from campaigns.attempts where campaign_id = $1', [second])
  assert.deepEqual(refused, { cause: 'transfer_not_allowed' })
  await node.stop()
})

test('a thousand contacts, a thousand calls a second', async () => {
  const shop = await simulation.makeWorkspace(numbers(1_000))
  const node = await startNode((to) => (to.endsWith('0') ? busy() : answers(500, { hangUpAfterMs: 1_000 })))
  const id = await startCampaign(node, shop)
  await simulation.runToEnd(shop, id)
  const campaign = await shop.campaign(id)
  assert.deepEqual([campaign.total_calls, campaign.answered_calls, campaign.failed_calls], [1_000, 900, 100])
  assert.equal(new Set(contactsDialled(node).map(({ to }) => to)).size, 1_000)
  assert.equal(node.gateway.carried.length, 1_000)
  await node.stop()
})

test('calls per second are never exceeded in any second, and calls are not made in bursts', async () => {
  const shop = await simulation.makeWorkspace(numbers(60), { calls_per_second: 12 })
  const node = await startNode(() => answers(300, { hangUpAfterMs: 700 }))
  const slow = await startCampaign(node, shop, { calls_per_second: 5 })
  const fast = await startCampaign(node, shop)
  await simulation.runToEnd(shop, slow)
  await simulation.runToEnd(shop, fast)
  const times = node.gateway.carried.map(({ at }) => at)
  assert.equal(times.length, 120)
  for (const [i, at] of times.entries()) {
    if (i >= 12) assert.ok(at - (times[i - 12] as number) >= 1000, `13 calls in ${at - (times[i - 12] as number)} ms`)
    if (i >= 1) assert.ok(at - (times[i - 1] as number) >= 1000 / 12, 'two calls at once')
  }
  const begun = await simulation.query(
    'select extract(epoch from invite_at)::float8 as at from campaigns.attempts where campaign_id = $1 order by invite_at',
    [slow],
  )
  const slowSeconds = (begun.at(-1) as unknown as { at: number }).at - (begun[0] as unknown as { at: number }).at
  assert.ok(slowSeconds >= 59 / 5, `the slower campaign took ${slowSeconds} s`)
  await node.stop()
})

test('two campaigns on one trunk take turns; concurrency limits hold', async () => {
  const shop = await simulation.makeWorkspace(numbers(100), { max_concurrent_calls: 10 })
  const node = await startNode(() => answers(1_000))
  const first = await startCampaign(node, shop)
  const second = await startCampaign(node, shop, { max_concurrent_calls: 3 })
  for (let i = 0; i < 40; i++) {
    await simulation.clock.advance(500)
    const { activeCalls } = await node.gateway.load()
    assert.ok(activeCalls <= 10, `${activeCalls} calls at once`)
    const [open] = await simulation.query(
      'select count(*) as count from campaigns.attempts where campaign_id = $1 and ended_at is null',
      [second],
    )
    assert.ok((open as unknown as { count: number }).count <= 3)
  }
  const done = await Promise.all([shop.campaign(first), shop.campaign(second)])
  for (const { total_calls } of done) assert.ok(total_calls >= 3, 'a campaign was starved')
  await node.stop()
})

test('no INVITE is sent later than a second after a pause; resuming continues with the next contact', async () => {
  const shop = await simulation.makeWorkspace(numbers(300))
  const node = await startNode(() => answers(500, { hangUpAfterMs: 1_000 }))
  const id = await startCampaign(node, shop, { calls_per_second: 50 })
  await simulation.clock.advance(2_000)
  // Another node's API received the request, so this engine gets no event.
  await shop.change(id, 'pause')
  const pausedAt = simulation.clock.now()
  await simulation.clock.advance(20_000)
  const late = contactsDialled(node).filter(({ at }) => at > pausedAt + 1_000)
  assert.equal(late.length, 0)
  const { total_calls, status } = await shop.campaign(id)
  assert.equal(status, 'paused')
  assert.ok(total_calls > 50 && total_calls < 200)
  assert.deepEqual(
    await simulation.query('select id from campaigns.targets where campaign_id = $1 and node_id is not null', [id]),
    [],
  )
  await shop.change(id, 'resume')
  node.engine.wake()
  await simulation.runToEnd(shop, id)
  assert.equal(new Set(contactsDialled(node).map(({ to }) => to)).size, 300)
  assert.equal(contactsDialled(node).length, 300)
  await node.stop()
})

test('stopping cancels ringing calls and lets answered calls finish', async () => {
  const [rings, talks] = numbers(2) as [string, string]
  const shop = await simulation.makeWorkspace([rings, talks, ...numbers(10).slice(2)])
  const node = await startNode((to) => (to === talks ? answers(500, { hangUpAfterMs: 8_000 }) : noAnswer()))
  const id = await startCampaign(node, shop, { calls_per_second: 2 })
  await simulation.clock.advance(1_600)
  await shop.change(id, 'stop')
  node.engine.wake()
  await simulation.clock.advance(12_000)
  const ended = await simulation.query(
    'select phone_number, status from campaigns.attempts where campaign_id = $1 order by invite_at',
    [id],
  )
  assert.ok(ended.length < 10)
  for (const { phone_number, status } of ended) assert.equal(status, phone_number === talks ? 'completed' : 'cancelled')
  assert.equal((await shop.campaign(id)).status, 'stopped')
  await node.stop()
})

const undoings = {
  'a deleted workspace': 'update identity.workspaces set deleted_at = now() where id = $1',
  'a workspace of people who are all suspended':
    'update identity.users set suspended_at = now() where id in (select user_id from identity.members where workspace_id = $1)',
}
for (const [whose, undo] of Object.entries(undoings)) {
  test(`${whose} makes no more calls`, async () => {
    const shop = await simulation.makeWorkspace(numbers(50))
    const node = await startNode(() => answers(500, { hangUpAfterMs: 1_000 }))
    const id = await startCampaign(node, shop, { calls_per_second: 5 })
    await simulation.clock.advance(2_000)
    const [workspace] = await simulation.query('select workspace_id from campaigns.campaigns where id = $1', [id])
    await simulation.query(undo, [workspace!.workspace_id])
    await node.telephony.sync()
    const before = contactsDialled(node).length
    await simulation.clock.advance(600_000)
    assert.ok(before > 5 && before < 20)
    assert.equal(contactsDialled(node).length, before)
    assert.deepEqual([...node.telephony.trunks().keys()], [])
    await node.stop()
  })
}

test('a contact whose call rings while the server stops counts as not answered, and is called again by the retry rule', async () => {
  const shop = await simulation.makeWorkspace(numbers(1))
  const node = await startNode(() => noAnswer())
  const id = await startCampaign(node, shop, { retry: { max_attempts: 2, delay_minutes: 30, on: ['no_answer'] } })
  await simulation.clock.advance(1_600)
  assert.equal(contactsDialled(node).length, 1)
  await node.stop()
  const [target] = await simulation.query(
    'select status, attempts, finished_at, next_attempt_at from campaigns.targets where campaign_id = $1',
    [id],
  )
  const { status, attempts, finished_at } = target!
  assert.deepEqual({ status, attempts, finished_at }, { status: 'queued', attempts: 1, finished_at: null })

  const next = await startNode(() => answers(500, { hangUpAfterMs: 1_000 }))
  await simulation.query('update telephony.sip_providers set active = true where id = $1', [shop.providerId])
  await next.telephony.sync()
  next.engine.wake()
  await simulation.clock.advance(29 * 60_000)
  assert.equal(contactsDialled(next).length, 0)
  await simulation.runToEnd(shop, id)
  assert.deepEqual([contactsDialled(next).length, await statuses(id)], [1, { completed: 1 }])
  await next.stop()
})

test('a number put on the do-not-call list between claim and call is not called', async () => {
  const shop = await simulation.makeWorkspace(numbers(20))
  const node = await startNode(() => answers(500, { hangUpAfterMs: 1_000 }))
  const id = await startCampaign(node, shop, { calls_per_second: 1, max_concurrent_calls: 1 })
  const refused = new Set<string>()
  for (let i = 0; i < 12; i++) {
    await simulation.clock.advance(700)
    const [next] = await simulation.query(
      `select phone_number from campaigns.targets where campaign_id = $1 and status = 'queued' order by node_id nulls last, next_attempt_at, id limit 1`,
      [id],
    )
    const number = (next as unknown as { phone_number: string } | undefined)?.phone_number
    if (!number || i % 2) continue
    await transaction(shop.ctx(), (ctx) => addDoNotCall(ctx, number))
    refused.add(number)
  }
  await simulation.runToEnd(shop, id)
  assert.ok(refused.size > 3)
  assert.deepEqual(
    contactsDialled(node).filter(({ to }) => refused.has(to)),
    [],
  )
  const { do_not_call, completed } = await statuses(id)
  assert.deepEqual([do_not_call, completed], [refused.size, 20 - refused.size])
  const { total_calls, failed_calls, progress } = await shop.campaign(id)
  assert.deepEqual(
    { total_calls, failed_calls, progress },
    { total_calls: 20 - refused.size, failed_calls: 0, progress: 100 },
  )
  await node.stop()
})

test('contacts added to the list while the campaign runs are enrolled', async () => {
  const shop = await simulation.makeWorkspace(numbers(3))
  const node = await startNode(() => answers(500, { hangUpAfterMs: 40_000 }))
  const id = await startCampaign(node, shop, { calls_per_second: 0.1 })
  await simulation.clock.advance(2_000)
  await simulation.query(
    `with added as (insert into contacts.contacts (id, workspace_id, user_id, first_name, last_name, phone_number)
                    values (gen_random_uuid(), $1, $2, 'Late', 'Comer', '+12129999999') returning id)
     insert into contacts.list_items (id, workspace_id, contact_list_id, contact_id) select gen_random_uuid(), $1, $3, id from added`,
    [shop.id, shop.userId, shop.listId],
  )
  node.engine.notice({ type: 'contact_list.changed', data: { contact_list_id: shop.listId } })
  await simulation.runToEnd(shop, id)
  assert.equal((await shop.campaign(id)).total_calls, 4)
  await node.stop()
})

test('a queued contact can be withdrawn and one in a call cannot; the campaign completes without the withdrawn contacts', async () => {
  const [busyOne, waiting] = numbers(2) as [string, string]
  const shop = await simulation.makeWorkspace([busyOne, waiting])
  const node = await startNode((to) => (to === busyOne ? busy() : answers(1_000, { hangUpAfterMs: 600_000 })))
  const id = await startCampaign(node, shop, { retry: { max_attempts: 2, delay_minutes: 600, on: ['busy'] } })
  await simulation.clock.advance(5_000)
  const { data: calls } = await listCalls(shop.ctx(), id, { limit: 10 })
  const callOf = (number: string) => calls.find(({ phone_number }) => phone_number === number)!
  const withdraw = (number: string) =>
    transaction(shop.ctx(), (ctx) => withdrawTarget(ctx, id, callOf(number).id)).catch(({ code }) => String(code))
  assert.deepEqual([callOf(busyOne).status, callOf(waiting).status], ['queued', 'answered'])
  assert.equal(await withdraw(waiting), 'not_queued')
  assert.equal(await withdraw(busyOne), undefined)
  assert.equal(await withdraw(busyOne), 'not_queued')
  await simulation.runToEnd(shop, id, 3_600_000)
  assert.deepEqual(await statuses(id), { cancelled: 1, completed: 1 })
  assert.equal(contactsDialled(node).length, 2)
  const { status, progress, contacts, failed_calls } = await shop.campaign(id)
  assert.deepEqual([status, progress, contacts, failed_calls], ['completed', 100, 2, 1])
  await node.stop()
})

test('after random behaviour of callees every contact has one final state and the counters are the sums', async () => {
  const behaviour: fc.Arbitrary<CalleeBehaviour> = fc.oneof(
    fc.constantFrom(busy(), notFound(), noAnswer(), rejects(503), rejects(603), { does: 'nothing' } as const),
    fc
      .record({
        afterMs: fc.nat(5_000),
        key: fc.constantFrom<('1' | '2' | '9' | '5')[]>('1', '2', '9', '5'),
        keyMs: fc.nat(16_000),
        hangUpMs: fc.option(fc.nat(20_000)),
      })
      .map(({ afterMs, key, keyMs, hangUpMs }) =>
        answers(afterMs, { keys: [{ key, afterMs: keyMs }], hangUpAfterMs: hangUpMs ?? 60_000 }),
      ),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(behaviour, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      async (behaviours, max_attempts) => {
        const called = numbers(behaviours.length)
        const shop = await simulation.makeWorkspace(called)
        const node = await startNode((to) => behaviours[called.indexOf(to)] as CalleeBehaviour)
        const id = await startCampaign(node, shop, {
          retry: { max_attempts, delay_minutes: 1, on: ['busy', 'no_answer', 'failed'] },
        })
        await simulation.runToEnd(shop, id)
        const campaign = await shop.campaign(id)
        const byStatus = await statuses(id)
        const sum = Object.values(byStatus).reduce((total, count) => total + count, 0)
        assert.equal(sum, behaviours.length)
        assert.equal(campaign.total_calls, behaviours.length)
        assert.equal(campaign.answered_calls, (byStatus.completed ?? 0) + (byStatus.transferred ?? 0))
        assert.equal(campaign.failed_calls, (byStatus.busy ?? 0) + (byStatus.no_answer ?? 0) + (byStatus.failed ?? 0))
        assert.equal(campaign.transferred_calls, byStatus.transferred ?? 0)
        assert.equal(campaign.attempts, contactsDialled(node).length)
        for (const number of called)
          assert.ok(contactsDialled(node).filter(({ to }) => to === number).length <= max_attempts)
        const [{ open }] = (await simulation.query(
          `select count(*) as open from campaigns.attempts where ended_at is null`,
        )) as unknown as [{ open: number }]
        assert.equal(open, 0)
        assert.deepEqual(await changes.unforeseen(), [])
        await node.stop()
      },
    ),
    { numRuns: 12 },
  )
})

test('a campaign pauses with a reason when the carrier refuses the password of every call', async () => {
  const shop = await simulation.makeWorkspace(numbers(160))
  const node = await startNode(() => rejects(403))
  const id = await startCampaign(node, shop)
  while ((await shop.campaign(id)).status === 'active') await simulation.clock.advance(1_000)
  const { status, status_reason, failed_calls } = await shop.campaign(id)
  assert.equal(status, 'paused')
  assert.match(status_reason ?? '', /user name or password/)
  // Those that were under way when it paused were refused too.
  assert.ok(failed_calls >= 100 && failed_calls < 160, `${failed_calls} were called`)
  await node.stop()
})

test('each change of a target or an attempt in these tests is in the table of transitions', async () => {
  assert.deepEqual(await changes.unforeseen(), [])
  const seen = await changes.seen()
  for (const change of ['targets queued dialling', 'targets dialling queued', 'attempts answered transferred'])
    assert.ok(seen.includes(change), `${change} was not seen: ${seen.join(', ')}`)
})
