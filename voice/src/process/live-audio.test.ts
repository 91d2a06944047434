/** Live audio through three processes: real SIP and RTP on one side, a listener on the other. */
import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { answers, type CalleeBehaviour } from '../callee.ts'
import { createLoopbackCarrier } from '../carrier/loopback-carrier.ts'
import { until } from '../conformance/until.ts'
import type { Leg, LegEvent } from '../gateway.ts'
import type { AudioAddress, AudioChannel } from '../live-audio/types.ts'
import { wavFile } from '../media/audio/wav.ts'
import { createVoiceProcess } from './remote.ts'

const host = '127.0.0.1'

async function open(t: TestContext, callee: CalleeBehaviour) {
  const carrier = await createLoopbackCarrier({ host, behaviour: () => callee })
  const gateway = await createVoiceProcess({ engine: { sip: { host, port: 0 }, allowPrivate: true } })
  t.after(async () => {
    await gateway.close()
    await carrier.close()
  })
  await gateway.upsertTrunk({
    id: 'trunk',
    host,
    port: carrier.port,
    transport: 'udp',
    username: 'house',
    password: '',
    register: false,
    maxConcurrentCalls: 10,
    callsPerSecond: 1000,
    transferMode: 'bridge',
  })
  let attempts = 0
  /** Calls the callee and opens the audio when it has answered. */
  async function talk() {
    const attemptId = `attempt-${++attempts}`
    const limits = { ringTimeoutMs: 30_000, maxDurationMs: 60_000 }
    const leg = await gateway.originate({ attemptId, trunkId: 'trunk', to: '100', callerId: '', ...limits })
    const events: LegEvent[] = []
    void follow(leg, events)
    await until('the answer', () => events.some(({ t }) => t === 'answered'))
    await leg.openAudio({ prebufferMs: 40 })
    const states = () => events.flatMap((event) => (event.t === 'audio' ? event.state : []))
    return { leg, events, states }
  }
  return { carrier, gateway, talk }
}

async function follow(leg: Leg, events: LegEvent[]): Promise<void> {
  for await (const event of leg.events) events.push(event)
}

async function startListener(t: TestContext, address: AudioAddress): Promise<ChildProcess> {
  const child = fork(new URL('echo-listener.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  t.after(() => child.kill('SIGKILL'))
  child.send(address)
  assert.deepEqual(await once(child, 'message'), ['listening', undefined])
  return child
}

/** A sound that is like itself at no other moment. */
function makeNoise(seconds: number): Int16Array {
  let state = 1
  return Int16Array.from({ length: seconds * 8_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (state % 20_000) - 10_000
  })
}

/** How much half a second of what was said is like the part of `heard` that is most like it, 1 being the same. */
function likeness(said: Int16Array, from: number, heard: Int16Array): number {
  const length = 4_000
  let best = 0
  for (let at = 0; at + length <= heard.length; at++) {
    let product = 0
    let a = 0
    let b = 0
    // Every eighth sample is enough to find the place.
    for (let i = 0; i < length; i += 8) {
      const x = said[from + i]!
      const y = heard[at + i]!
      product += x * y
      a += x * x
      b += y * y
    }
    best = Math.max(best, product / Math.sqrt(a * b || 1))
  }
  return best
}

test('what a callee says goes through a listener process and comes back to them', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'live-audio-'))
  t.after(() => rm(folder, { recursive: true }))
  const said = makeNoise(4)
  const plays = { path: join(folder, 'said.wav') }
  const records = join(folder, 'heard.wav')
  await writeFile(plays.path, wavFile(said))
  const { gateway, talk, carrier } = await open(t, answers(0, { plays, records }))
  const listener = await startListener(t, await gateway.audioAddress())
  const call = await talk()
  let counts = { heardSamples: 0 }
  await until('four seconds at the listener', async () => {
    listener.send('report')
    const [report] = (await once(listener, 'message')) as [typeof counts]
    counts = report
    return counts.heardSamples > 4 * 8_000
  })
  await call.leg.hangup()
  await until('the end', () => carrier.carried[0]!.over)
  await until('the recording', async () => (await readFile(records)).length > 44 + 4 * 3 * 8_000)
  const recording = await readFile(records)
  // Stereo; left is what the callee heard.
  const heard = Int16Array.from({ length: (recording.length - 44) / 4 }, (_, i) => recording.readInt16LE(44 + 4 * i))
  // A machine that is held up may leave a gap in one part; what is said goes round every 4 s.
  const parts = [4_000, 8_000, 12_000, 16_000].map((from) => likeness(said, from, heard))
  assert.ok(Math.max(...parts) > 0.95, parts.join(', '))
})

test('a listener that is killed: the call goes on, its leg waits, and the next listener takes it over', async (t) => {
  const { gateway, talk } = await open(t, answers(0, { echoes: true }))
  const first = await startListener(t, await gateway.audioAddress())
  const { states, leg, events } = await talk()
  await until('the first listener', () => states().length === 1)
  first.kill('SIGKILL')
  await until('that the leg waits', () => states().length === 2)
  let channel: AudioChannel | null = null
  let loud = 0
  await gateway.listen((taken) => {
    channel = taken
    return { onAudio: (samples) => void (loud += samples.filter((sample) => Math.abs(sample) > 2_000).length) }
  })
  await until('the channel', () => channel !== null)
  assert.equal(channel!.legId, leg.id)
  await channel!.send(new Int16Array(1_600).fill(8_000))
  await until('the echo', () => loud === 1_600)
  assert.deepEqual(states(), ['listening', 'waiting', 'listening'])
  assert.ok(!events.some(({ t }) => t === 'ended'))
})

test('a stopped listener delays nothing: it loses audio, and is given up', async (t) => {
  const { gateway, talk } = await open(t, answers(0, { plays: { tone: 'hold' } }))
  const listener = await startListener(t, await gateway.audioAddress())
  const { events, states, leg } = await talk()
  await until('the listener', () => states().length === 1)
  listener.kill('SIGSTOP')
  await until('that it is given up', () => states().includes('waiting'))
  const lost = events.find((event) => event.t === 'audio' && event.state === 'lost')
  assert.ok(lost)
  await leg.hangup()
})

test('after the voice process was killed its successor listens at the same address', async (t) => {
  const { gateway, talk } = await open(t, answers(0, { echoes: true }))
  const address = await gateway.audioAddress()
  const lost = await gateway.listen(() => ({ onAudio() {} }))
  process.kill(gateway.pid!, 'SIGKILL')
  await lost.closed
  await until('the successor', async () => (await gateway.load()).accepting)
  assert.deepEqual(await gateway.audioAddress(), address)
  let channels = 0
  await until('that it listens', async () => {
    const listening = gateway.listen(() => ({ onAudio: () => void channels++ }))
    return listening.then(
      () => true,
      () => false,
    )
  })
  const { leg } = await talk()
  await until('audio', () => channels > 0)
  await leg.hangup()
})
