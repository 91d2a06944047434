import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { answers } from '../callee.ts'
import { systemClock } from '../clock.ts'
import { createLoopbackCarrier } from '../carrier/loopback-carrier.ts'
import { until } from '../conformance/until.ts'
import { type InboundLeg, NotAdmitted, type Trunk } from '../gateway.ts'
import { createUserAgent } from '../sip/user-agent.ts'
import { createEmbeddedGateway } from './gateway.ts'
import { createAddressBook } from './address-book.ts'
import { openTrunk, type TrunkLine, type TrunkSettings } from './trunks.ts'

const host = '127.0.0.1'

const accountAt = (port: number, username: string): Trunk => ({
  id: `trunk-${username}`,
  host,
  port,
  transport: 'udp',
  username,
  password: 'secret',
  register: true,
  maxConcurrentCalls: 10,
  callsPerSecond: 100,
  transferMode: 'bridge',
})

async function open(t: TestContext) {
  const carrier = await createLoopbackCarrier({ host, behaviour: () => answers(0), password: 'secret' })
  const gateway = await createEmbeddedGateway({ sip: { host, port: 0 }, allowPrivate: true })
  t.after(async () => {
    await gateway.close()
    await carrier.close()
  })
  const trunk = (username: string) => accountAt(carrier.port, username)
  return { carrier, gateway, trunk }
}

test('a trunk whose account changes removes its old registration before it registers again', async (t) => {
  const { carrier, gateway, trunk } = await open(t)
  const state = async () => (await gateway.trunkState('trunk-house')).state
  await gateway.upsertTrunk(trunk('house'))
  await until('the registration', async () => (await state()) === 'registered')

  await gateway.upsertTrunk({ ...trunk('house'), domain: 'voice.example' })
  assert.equal(await state(), 'registering')
  await until('the new registration', async () => (await state()) === 'registered')
  assert.equal(carrier.registered.get('house')!.size, 1)

  await gateway.upsertTrunk({ ...trunk('house'), domain: 'voice.example', callsPerSecond: 1 })
  assert.equal(await state(), 'registered', 'new limits keep the registration')
  await gateway.removeTrunk('trunk-house')
  assert.equal(carrier.registered.get('house')!.size, 0)
})

test('testing an account that is registered leaves its registration alone', async (t) => {
  const { carrier, gateway, trunk } = await open(t)
  await gateway.upsertTrunk(trunk('house'))
  await until('the registration', async () => (await gateway.trunkState('trunk-house')).state === 'registered')
  const before = [...carrier.registered.get('house')!]
  assert.equal((await gateway.testTrunk(trunk('house'))).ok, true)
  assert.deepEqual([...carrier.registered.get('house')!], before)
})

test('with two accounts at one carrier, an inbound call goes to the account whose Contact was called, with the dialled number', async (t) => {
  const { carrier, gateway, trunk } = await open(t)
  await gateway.upsertTrunk(trunk('first'))
  await gateway.upsertTrunk(trunk('second'))
  const taken: InboundLeg[] = []
  gateway.onInbound((leg) => taken.push(leg))
  carrier.place({ from: '5550177', to: 'second' }, gateway.sip)
  await until('the call', () => taken.length === 1)
  assert.equal(taken[0]!.trunkId, 'trunk-second')
})

test('while the DNS is down the last known addresses of a carrier stay in use', async (t) => {
  const { trunk } = await open(t)
  const [carrier, userAgent] = await Promise.all([
    createUserAgent({ host, port: 0 }),
    createUserAgent({ host, port: 0 }),
  ])
  let failures = 0
  let works = true
  const carriers = createAddressBook<TrunkLine>()
  const settings: TrunkSettings = {
    breaker: { failures: 5, openMs: 1_000 },
    checkEveryMs: 10,
    probeTimeoutMs: 2_000,
    async lookup() {
      if (works) return ['192.0.2.7']
      failures++
      throw new Error('The DNS is down.')
    },
  }
  const line = openTrunk(
    { ...trunk('house'), port: carrier.port, register: false },
    { userAgent, clock: systemClock, settings, carriers },
  )
  t.after(async () => {
    await line.close()
    await Promise.all([carrier.close(), userAgent.close()])
  })
  await until('its address', () => carriers.at('192.0.2.7').has(line))
  works = false
  await until('two failed look-ups', () => failures > 1)
  assert.deepEqual([carriers.at('192.0.2.7').has(line), line.state()], [true, { state: 'ready' }])
})

test('a carrier that did not respond gets calls again as soon as it responds, before the breaker closes', async (t) => {
  const first = await createLoopbackCarrier({ host, behaviour: () => answers(0), password: 'secret' })
  const { port } = first
  const gateway = await createEmbeddedGateway({
    sip: { host, port: 0 },
    allowPrivate: true,
    breaker: { failures: 2, openMs: 600_000 },
  })
  t.after(() => gateway.close())
  await gateway.upsertTrunk({ ...accountAt(port, 'house'), register: false })
  let count = 0
  const dial = () =>
    gateway.originate({
      attemptId: `call-${++count}`,
      trunkId: 'trunk-house',
      to: '100',
      callerId: '',
      ringTimeoutMs: 200,
      maxDurationMs: 60_000,
    })
  await first.close()
  for (let i = 0; i < 2; i++) for await (const event of (await dial()).events) if (event.t === 'ended') break
  await assert.rejects(dial(), (error) => error instanceof NotAdmitted && error.retryAfterMs > 500_000)

  const back = await createLoopbackCarrier({ host, port, behaviour: () => answers(0), password: 'secret' })
  t.after(() => back.close())
  await until('a call', () =>
    dial().then(
      () => true,
      () => false,
    ),
  )
  await until('it to arrive', () => back.carried.length > 0)
})

test('a 503 with Retry-After stops calls for that long', async (t) => {
  const { gateway, trunk } = await open(t)
  const carrier = await createUserAgent({ host, port: 0 })
  t.after(() => carrier.close())
  let called = 0
  carrier.onInvite(
    () => true,
    (call) => {
      called++
      call.reject(503, { 'Retry-After': '20 (maintenance)' })
    },
  )
  await gateway.upsertTrunk({ ...trunk('house'), port: carrier.port, register: false })
  const request = { trunkId: 'trunk-house', to: '100', callerId: '', ringTimeoutMs: 5_000, maxDurationMs: 60_000 }
  const leg = await gateway.originate({ ...request, attemptId: 'first' })
  const events = []
  for await (const event of leg.events) events.push(event)
  const last = events.at(-1)
  assert.deepEqual(last?.t === 'ended' && [last.sip, last.cause], [503, 'congestion'])
  await assert.rejects(
    gateway.originate({ ...request, attemptId: 'second' }),
    (error) => error instanceof NotAdmitted && error.reason === 'trunk_limit' && error.retryAfterMs > 10_000,
  )
  assert.equal(called, 1)
  const state = await gateway.trunkState('trunk-house')
  assert.ok(state.state === 'failed' && /asked for a pause/.test(state.reason))
})

test('a call from an address that belongs to no trunk is dropped without a response', async (t) => {
  const gateway = await createEmbeddedGateway({ sip: { host, port: 0 }, allowPrivate: true })
  const scanner = await createUserAgent({ host, port: 0 })
  t.after(async () => {
    await scanner.close()
    await gateway.close()
  })
  let taken = 0
  gateway.onInbound(() => taken++)
  const account = { ...gateway.sip, username: 'scanner', password: '' }
  assert.equal(await scanner.options(account, 300), 408)
  const heard: number[] = []
  scanner.invite(
    { account, callId: 'scan@test', to: '00441234', from: '', offer: 'v=0\r\n', ringTimeoutMs: 5_000 },
    { onProgress: (status) => heard.push(status) },
  )
  await sleep(300)
  assert.deepEqual({ taken, heard }, { taken: 0, heard: [] })
})
