import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, noAnswer } from '@switchboard/voice/sim'
import { openCampaignSimulation } from '../../../../test/campaign-simulation/simulation.ts'
import { numbers } from '../../../../test/campaign-simulation/workspace.ts'
import { listCalls } from '../calls.ts'

const simulation = await openCampaignSimulation()
const once = { max_attempts: 1, delay_minutes: 1, on: [] }

test('contacts with numbers that the workspace may not call fail with a cause', async () => {
  await simulation.query('update telephony.sip_providers set active = false')
  const [ordinary, premium, satellite, blocked, abroad] = [
    '+12125550123',
    '+19002345678',
    '+881612345678',
    '+13105550123',
    '+498912345678',
  ] as [string, string, string, string, string]
  const shop = await simulation.makeWorkspace([ordinary, premium, satellite, blocked, abroad])
  await shop.setLimits({ allowed_countries: ['US'], blocked_prefixes: ['1310'] })
  const node = simulation.makeNode({ behaviour: () => answers(500, { hangUpAfterMs: 1_000 }) })
  await node.start()
  const id = await shop.createCampaign({ retry: once, calling_hours: null })
  await shop.change(id, 'start')
  node.engine.wake()
  await simulation.runToEnd(shop, id)
  assert.deepEqual(
    node.gateway.carried.map(({ to }) => to),
    [ordinary],
  )
  const { data } = await listCalls(shop.ctx(), id, { limit: 10 })
  const found = data.map(({ phone_number, status, cause, attempts }) => ({ phone_number, status, cause, attempts }))
  for (const number of [premium, satellite, blocked, abroad]) {
    assert.deepEqual(
      found.find(({ phone_number }) => phone_number === number),
      { phone_number: number, status: 'failed', cause: 'destination_blocked', attempts: 0 },
    )
  }
  await node.stop()
})

test('campaigns pause with a reason and cannot resume when the minutes of the day are used up', async () => {
  await simulation.query('update telephony.sip_providers set active = false')
  const shop = await simulation.makeWorkspace(numbers(30), { max_concurrent_calls: 1 })
  await shop.setLimits({ max_minutes_per_day: 2 })
  const node = simulation.makeNode({ idlePollMs: 1_000, behaviour: () => answers(0) })
  await node.start()
  const id = await shop.createCampaign({ retry: once, calling_hours: null, key_map: { '9': 'opt_out' } })
  await shop.change(id, 'start')
  node.engine.wake()
  // A greeting of 5 s and 10 s for a key: each call takes a quarter of a minute.
  await simulation.clock.advance(600_000)
  const { status, status_reason, total_calls } = await shop.campaign(id)
  assert.equal(status, 'paused')
  assert.match(status_reason ?? '', /The 2 minutes of calls that the workspace allows itself in a day are used up/)
  assert.ok(total_calls >= 8 && total_calls <= 9, `${total_calls} calls of 15 s`)
  const { used } = await shop.limits()
  assert.equal(used.minutes_today, Math.ceil(total_calls / 4))
  await assert.rejects(shop.change(id, 'resume'), /The 2 minutes of calls/)
  await shop.setLimits({ max_minutes_per_day: null })
  await shop.change(id, 'resume')
  node.engine.wake()
  await simulation.runToEnd(shop, id)
  assert.equal((await shop.campaign(id)).total_calls, 30)
  await node.stop()
})

test('a workspace whose calls ring without end leaves slots to the others', async () => {
  await simulation.query('update telephony.sip_providers set active = false')
  const greedy = await simulation.makeWorkspace(numbers(100))
  const modest = await simulation.makeWorkspace(numbers(110).slice(100))
  const late = new Set(numbers(110).slice(100))
  const node = simulation.makeNode({
    sip: { maxCalls: 20, workspaceShare: 50 },
    idlePollMs: 1_000,
    behaviour: (to) => (late.has(to) ? answers(500, { hangUpAfterMs: 1_000 }) : noAnswer()),
  })
  await node.start()
  const settings = {
    retry: once,
    calling_hours: null,
    calls_per_second: 20,
    max_concurrent_calls: 100,
    ring_timeout_seconds: 300,
  }
  const hog = await greedy.createCampaign(settings)
  await greedy.change(hog, 'start')
  node.engine.wake()
  await simulation.clock.advance(30_000)
  assert.equal((await node.gateway.load()).activeCalls, 10, 'half of the places')
  const id = await modest.createCampaign(settings)
  await modest.change(id, 'start')
  node.engine.wake()
  await simulation.runToEnd(modest, id, 60_000)
  assert.equal((await modest.campaign(id)).answered_calls, 10)
  assert.equal((await node.gateway.load()).activeCalls, 10)
  await greedy.change(hog, 'stop')
  node.engine.wake()
  await node.stop()
})

test('a workspace that transfers every call does not take all slots', async () => {
  await simulation.query('update telephony.sip_providers set active = false')
  const greedy = await simulation.makeWorkspace(numbers(100))
  const late = numbers(105).slice(100)
  const modest = await simulation.makeWorkspace(late)
  const node = simulation.makeNode({
    sip: { maxCalls: 20, workspaceShare: 50 },
    idlePollMs: 1_000,
    behaviour: (to) => {
      if (to === greedy.transferNumber) return answers(0)
      return late.includes(to)
        ? answers(500, { hangUpAfterMs: 1_000 })
        : answers(0, { keys: [{ key: '1', afterMs: 4_000 }] })
    },
  })
  await node.start()
  const settings = { retry: once, calling_hours: null, calls_per_second: 20, max_concurrent_calls: 100 }
  const hog = await greedy.createCampaign(settings)
  await greedy.change(hog, 'start')
  node.engine.wake()
  await simulation.clock.advance(60_000)
  const { activeCalls } = await node.gateway.load()
  assert.ok(activeCalls >= 10 && activeCalls <= 14, `${activeCalls} of 20 places`)
  const id = await modest.createCampaign(settings)
  await modest.change(id, 'start')
  node.engine.wake()
  await simulation.runToEnd(modest, id, 60_000)
  assert.equal((await modest.campaign(id)).answered_calls, 5)
  await greedy.change(hog, 'stop')
  node.engine.wake()
  await node.stop()
})
