import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { makeTestSignal, writeMuLaw, writeWav } from '../../e2e/peers/audio.ts'
import { createLoopbackCarrier } from '../../voice/src/carrier/loopback-carrier.ts'
import type { LegEvent, RtpStats } from '../../voice/src/index.ts'
import { answers } from '../../voice/src/sim.ts'
import { cpuSeconds } from './processes.ts'
import { startCallee, startCaller } from './sipp.ts'
import { dial, follow, startVoice } from './voice.ts'

const host = '127.0.0.1'
const password = 'secret'

export interface Talk {
  calls: number
  seconds: number
  callsPerSecond: number
}

/** Concurrent calls with RTP both ways: against our loopback carrier, which counts the received packets, and against SIPp; and SIPp against SIPp. */
export async function compareTalking(folder: string, talk: Talk): Promise<void> {
  const { calls, seconds } = talk
  console.log(`\nConcurrent calls with RTP both ways: ${calls} for ${seconds} s, begun at ${talk.callsPerSecond}/s`)
  const sound = makeTestSignal({ seconds: 10 })
  const wav = join(folder, 'voice.wav')
  const muLaw = join(folder, 'voice.ul')
  await writeWav(wav, sound)
  await writeMuLaw(muLaw, sound)
  await voiceToCarrier(wav, talk)
  await voiceToSipp(folder, wav, muLaw, talk)
  await sippToSipp(folder, muLaw, talk)
}

async function voiceToCarrier(wav: string, talk: Talk): Promise<void> {
  const carrier = fork(new URL(import.meta.url), [wav], { execArgv: ['--disable-warning=ExperimentalWarning'] })
  try {
    const [port] = (await once(carrier, 'message')) as [number]
    const { ends, ...outcome } = await byVoice(wav, port, talk, carrier.pid!)
    await wait(1000)
    carrier.send('report')
    const [heard] = (await once(carrier, 'message')) as [(RtpStats | null)[]]
    console.log(`voice process to loopback carrier: ${describe(outcome)}`)
    console.log(`  RTP to us ${flow(ends.map(({ rtp }) => rtp))}; RTP from us ${flow(heard)}`)
  } finally {
    carrier.disconnect()
    await once(carrier, 'exit')
  }
}

async function voiceToSipp(folder: string, wav: string, muLaw: string, talk: Talk): Promise<void> {
  const callee = await startCallee(folder, muLaw)
  const { ends, ...outcome } = await byVoice(wav, callee.port, talk, callee.child.pid)
  await callee.child.stop()
  console.log(`voice process to SIPp: ${describe(outcome)}`)
  console.log(`  RTP to us ${flow(ends.map(({ rtp }) => rtp))}; SIPp does not count what it hears`)
}

async function sippToSipp(folder: string, muLaw: string, talk: Talk): Promise<void> {
  const callee = await startCallee(folder, muLaw)
  const rampMs = (1000 * talk.calls) / talk.callsPerSecond
  const talkMs = rampMs + 1000 * talk.seconds + 1000
  const caller = await startCaller(folder, {
    target: callee.port,
    calls: talk.calls,
    atOnce: talk.calls,
    callsPerSecond: talk.callsPerSecond,
    talkMs,
    voice: muLaw,
  })
  await wait(rampMs)
  const cpu = await measureCpu([caller.child.pid, callee.child.pid], () => wait(1000 * talk.seconds))
  const failed = await caller.finished
  await callee.child.stop()
  console.log(`SIPp to SIPp: failed ${failed}; CPU caller ${percent(cpu[0])}, callee ${percent(cpu[1])}`)
}

interface Outcome {
  talking: number
  failed: number
  causes: string[]
  pacerP99Ms: number
  stillHeld: number
  /** Shares of one core: the server's part, the voice process, the other side. */
  cpu: number[]
}

async function byVoice(
  wav: string,
  port: number,
  { calls, seconds, callsPerSecond }: Talk,
  otherPid: number,
): Promise<Outcome & { ends: Extract<LegEvent, { t: 'ended' }>[] }> {
  const gateway = await startVoice({ port, password, maxCalls: calls, callsPerSecond })
  try {
    const hangUp = new AbortController()
    const ended = []
    for (let index = 0; index < calls; index++) {
      const leg = await dial(gateway, index, hangUp.signal)
      ended.push(follow(leg, () => leg.play({ path: wav }, { loop: true })))
    }
    let pacerP99Ms = 0
    const cpu = await measureCpu([process.pid, gateway.pid!, otherPid], async () => {
      for (let second = 0; second < seconds; second++) {
        await wait(1000)
        pacerP99Ms = Math.max(pacerP99Ms, (await gateway.load()).pacerP99Ms)
      }
    })
    const talking = (await gateway.load()).activeCalls
    hangUp.abort()
    const ends = await Promise.all(ended)
    for (let waited = 0; waited < 50 && (await gateway.load()).activeCalls > 0; waited++) await wait(100)
    const failures = ends.filter(({ cause }) => cause !== 'completed')
    return {
      ends,
      talking,
      failed: failures.length,
      causes: [...new Set(failures.map(({ cause }) => cause))],
      pacerP99Ms,
      stillHeld: (await gateway.load()).activeCalls,
      cpu,
    }
  } finally {
    await gateway.close()
  }
}

/** Returns the shares of one core that these processes used meanwhile. */
async function measureCpu(pids: number[], work: () => Promise<unknown>): Promise<number[]> {
  const read = () => Promise.all(pids.map(async (pid) => (await cpuSeconds(pid)) ?? Number.NaN))
  const startedAt = performance.now()
  const before = await read()
  await work()
  const after = await read()
  const seconds = (performance.now() - startedAt) / 1000
  return after.map((used, i) => (used - before[i]!) / seconds)
}

const percent = (share: number | undefined) => `${(100 * (share ?? Number.NaN)).toFixed(0)} % of a core`

function describe({ talking, failed, causes, pacerP99Ms, stillHeld, cpu }: Outcome): string {
  const why = causes.length > 0 ? ` (${causes.join(', ')})` : ''
  return `${talking} talking at the end, failed ${failed}${why}, still held ${stillHeld}; pacer p99 ${pacerP99Ms.toFixed(2)} ms (worst 10 s); CPU voice process ${percent(cpu[1])}, server's part ${percent(cpu[0])}, other side ${percent(cpu[2])}`
}

function flow(statistics: (RtpStats | null | undefined)[]): string {
  const sum = (of: 'packetsReceived' | 'packetsLost') => statistics.reduce((total, rtp) => total + (rtp?.[of] ?? 0), 0)
  return `${sum('packetsReceived')} packets, lost ${sum('packetsLost')}`
}

/** Runs in a separate process, so that its cost is not counted as ours. */
async function carry(voice: string): Promise<void> {
  const carrier = await createLoopbackCarrier({
    host,
    password,
    behaviour: () => answers(200, { plays: { path: voice } }),
  })
  process.send!(carrier.port)
  process.on('message', () => process.send!(carrier.carried.map(({ rtp }) => rtp)))
  await once(process, 'disconnect')
  await carrier.close()
}

if (import.meta.main) await carry(process.argv[2]!)
