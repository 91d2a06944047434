import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { answers, busy, noAnswer, type CalleeBehaviour } from '../callee.ts'
import { createLoopbackCarrier } from '../carrier/loopback-carrier.ts'
import { until } from '../conformance/until.ts'
import { createEmbeddedGateway } from '../embedded/gateway.ts'
import {
  DuplicateAttempt,
  NotAdmitted,
  type Leg,
  type LegEvent,
  type OriginateRequest,
  type Trunk,
} from '../gateway.ts'
import { createVoiceProcess, type VoiceChange } from './remote.ts'

const host = '127.0.0.1'

async function open(t: TestContext, callees: Record<string, CalleeBehaviour>) {
  const carrier = await createLoopbackCarrier({
    host,
    behaviour: (to) => callees[to] ?? noAnswer(),
    password: 'secret',
  })
  const changes: VoiceChange[] = []
  const gateway = await createVoiceProcess({
    engine: { sip: { host, port: 0 }, allowPrivate: true },
    onChange: (change) => changes.push(change),
  })
  t.after(async () => {
    await gateway.close()
    await carrier.close()
  })
  const trunk: Trunk = {
    id: 'trunk',
    host,
    port: carrier.port,
    transport: 'udp',
    username: 'house',
    password: 'secret',
    register: false,
    maxConcurrentCalls: 100,
    callsPerSecond: 1000,
    transferMode: 'bridge',
  }
  await gateway.upsertTrunk(trunk)
  return { carrier, gateway, changes, trunk }
}

const attempt = (attemptId: string, to: string): OriginateRequest => ({
  attemptId,
  trunkId: 'trunk',
  to,
  callerId: '',
  ringTimeoutMs: 30_000,
  maxDurationMs: 60_000,
})

async function eventsOf(leg: Leg): Promise<LegEvent[]> {
  const events: LegEvent[] = []
  for await (const event of leg.events) events.push(event)
  return events
}

test('the voice process is killed: every call ends as lost, and it is back with its trunks', async (t) => {
  const { carrier, gateway, changes } = await open(t, { '100': answers(0), '200': busy() })
  const talking = await gateway.originate(attempt('talking', '100'))
  const first = gateway.pid!
  const { sip } = gateway
  await until('the answer', () => carrier.carried[0]?.answered === true)
  process.kill(first, 'SIGKILL')

  const events = await eventsOf(talking)
  const ended = events.at(-1)!
  assert.ok(ended.t === 'ended' && ended.by === 'network' && ended.cause === 'lost')
  await assert.rejects(
    gateway.originate(attempt('while-down', '200')),
    (error) => error instanceof NotAdmitted && error.reason === 'voice_down' && error.retryAfterMs > 0,
  )
  assert.equal((await gateway.load()).accepting, false)
  assert.equal((await gateway.trunkState('trunk')).state, 'failed')
  assert.deepEqual(changes, [{ state: 'lost', callsLost: 1, restartInMs: 200 }])

  await until('the restart', () => changes.at(-1)?.state === 'running')
  assert.notEqual(gateway.pid, first)
  assert.deepEqual(gateway.sip, sip)
  const last = (await eventsOf(await gateway.originate(attempt('while-down', '200')))).at(-1)!
  assert.ok(last.t === 'ended' && last.cause === 'busy')
  await assert.rejects(
    gateway.originate(attempt('talking', '100')),
    DuplicateAttempt,
    'what was lost is not dialled again by mistake',
  )
})

test('a process killed with calls on their way to it: each is either refused or lost, never both, and no number is called twice', async (t) => {
  const { carrier, gateway, changes } = await open(t, {})
  const pid = gateway.pid!
  const outcomes = Array.from({ length: 40 }, async (_, index) => {
    try {
      const leg = await gateway.originate(attempt(`race-${index}`, `1${index}`))
      return (await eventsOf(leg)).at(-1)
    } catch (error) {
      return error
    }
  })
  await until('some INVITE', () => carrier.carried.length > 0)
  process.kill(pid, 'SIGKILL')
  const results = await Promise.all(outcomes)
  const called = new Set(carrier.carried.map(({ to }) => to))
  results.forEach((result, index) => {
    if (result instanceof NotAdmitted) assert.ok(!called.has(`1${index}`), 'refused means that no call was placed')
    else assert.equal((result as Extract<LegEvent, { t: 'ended' }>).cause, 'lost')
  })
  assert.equal(called.size, carrier.carried.length)
  await until('the restart', () => changes.at(-1)?.state === 'running')
})

test('originate before the process could reply, then death: the promise answers a leg that ended as lost', async (t) => {
  const { gateway } = await open(t, {})
  process.kill(gateway.pid!, 'SIGSTOP')
  const dialling = gateway.originate(attempt('unknown', '100'))
  process.kill(gateway.pid!, 'SIGKILL')
  const [ended, ...more] = await eventsOf(await dialling)
  assert.ok(ended?.t === 'ended' && ended.cause === 'lost')
  assert.equal(more.length, 0)
})

test('verbs waiting for a process that dies are answered', async (t) => {
  const { gateway } = await open(t, { '100': answers(0) })
  const leg = await gateway.originate(attempt('talking', '100'))
  for await (const event of leg.events) if (event.t === 'answered') break
  process.kill(gateway.pid!, 'SIGSTOP')
  const transfer = leg.transfer({ to: '200', mode: 'bridge', ringTimeoutMs: 1_000 })
  const hangup = leg.hangup()
  process.kill(gateway.pid!, 'SIGKILL')
  assert.deepEqual(await transfer, { ok: false, cause: 'lost' })
  await hangup
})

test('the server is killed: its calls are hung up and its port is free', async (t) => {
  const carrier = await createLoopbackCarrier({
    host,
    behaviour: (to) => (to.startsWith('1') ? answers(0) : noAnswer()),
    password: 'secret',
  })
  t.after(() => carrier.close())
  const server = fork(
    fileURLToPath(new URL('server-for-test.ts', import.meta.url)),
    [String(carrier.port), '100', '200', '101', '201'],
    { execArgv: ['--disable-warning=ExperimentalWarning'] },
  )
  const [{ sipPort }] = (await once(server, 'message')) as [{ sipPort: number }]
  await until('two answers', () => carrier.carried.filter(({ answered }) => answered).length === 2)

  const killedAt = performance.now()
  server.kill('SIGKILL')
  await until('every call to be over', () => carrier.carried.length === 4 && carrier.carried.every(({ over }) => over))
  t.diagnostic(`hung up ${Math.round(performance.now() - killedAt)} ms after the kill`)

  const successor = await createEmbeddedGateway({ sip: { host, port: sipPort }, bindWithinMs: 2_000 })
  t.diagnostic(`port free ${Math.round(performance.now() - killedAt)} ms after the kill`)
  await successor.close()
})

test('calls are hung up when the server is killed while they report events', async (t) => {
  const carrier = await createLoopbackCarrier({ host, behaviour: () => answers(0), password: 'secret' })
  t.after(() => carrier.close())
  const numbers = Array.from({ length: 20 }, (_, i) => String(100 + i))
  const server = fork(
    fileURLToPath(new URL('server-for-test.ts', import.meta.url)),
    [String(carrier.port), ...numbers],
    { execArgv: ['--disable-warning=ExperimentalWarning'] },
  )
  const [{ voicePid }] = (await once(server, 'message')) as [{ voicePid: number }]
  const { carried } = carrier
  await until('every answer', () => carried.filter(({ answered }) => answered).length === numbers.length)

  // The voice process finds the keys and the end of its server in the same moment.
  process.kill(voicePid, 'SIGSTOP')
  for (const call of carried) call.press('1')
  server.kill('SIGKILL')
  await once(server, 'exit')
  process.kill(voicePid, 'SIGCONT')
  await until('every call to be over', () => carried.every(({ over }) => over))
})

test('a SIP port that stays in use is named', async (t) => {
  const holder = await createEmbeddedGateway({ sip: { host, port: 0 } })
  t.after(() => holder.close())
  const engine = { sip: holder.sip, bindWithinMs: 200 }
  await assert.rejects(createVoiceProcess({ engine }), {
    message: `UDP port ${holder.sip.port} on ${host} is in use by another program. Stop it, or choose another SIP port.`,
  })
})

test('a SIP port that is let go in time is taken', async () => {
  const holder = await createEmbeddedGateway({ sip: { host, port: 0 } })
  const waiting = createEmbeddedGateway({ sip: holder.sip, bindWithinMs: 5_000 })
  await holder.close()
  const successor = await waiting
  assert.deepEqual(successor.sip, holder.sip)
  await successor.close()
})
