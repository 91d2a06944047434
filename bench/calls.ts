/**
 * Whole calls through the voice process: INVITE with digest, RTP both ways, BYE, against the loopback carrier in a process
 * of its own. Three processes: this one (the server's part), the voice process, the carrier.
 *
 *   node bench/calls.ts [calls=100] [seconds=20] [callsPerSecond=50]
 *
 * Prints calls failed, RTP lost each way, how late packets left, and the CPU of each process in % of one core (Linux).
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  answers,
  createLoopbackCarrier,
  createVoiceProcess,
  NotAdmitted,
  type LegEvent,
  type RtpStats,
  type VoiceGateway,
} from '../voice/src/index.ts'
import { wavHeader } from '../voice/src/media/wav.ts'

const host = '127.0.0.1'
const password = 'secret'
const mostCalls = 1_000
const mostSeconds = 300
const clockTicksPerSecond = 100

if (process.argv[2] === 'carrier') await carry(process.argv[3]!)
else await measure(Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 20), Number(process.argv[4] ?? 50))

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

async function measure(calls: number, seconds: number, callsPerSecond: number): Promise<void> {
  if (!(calls >= 1 && calls <= mostCalls && seconds >= 1 && seconds <= mostSeconds && callsPerSecond >= 1))
    throw new RangeError(`Give 1 to ${mostCalls} calls, 1 to ${mostSeconds} seconds and at least 1 call per second.`)
  const folder = await mkdtemp(join(tmpdir(), 'calls-bench-'))
  const voice = join(folder, 'voice.wav')
  await writeFile(voice, noise(10))
  const carrier = fork(fileURLToPath(import.meta.url), ['carrier', voice], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const gateway = await createVoiceProcess({
    engine: { sip: { host, port: 0 }, limits: { maxCalls: mostCalls, maxPacerP99Ms: Infinity } },
  })
  try {
    const [port] = (await once(carrier, 'message')) as [number]
    await gateway.upsertTrunk({
      id: 'carrier',
      host,
      port,
      transport: 'udp',
      username: 'bench',
      password,
      register: false,
      maxConcurrentCalls: mostCalls,
      callsPerSecond,
      transferMode: 'bridge',
    })

    const processes = { server: process.pid, voice: gateway.pid!, carrier: carrier.pid! }
    const dialling = Array.from({ length: calls }, (_, index) => index)
    const hangUp = new AbortController()
    const ended: Promise<LegEvent>[] = []
    for (const index of dialling) ended.push(call(await originate(gateway, index, hangUp.signal), voice))

    const before = await cpuSeconds(processes)
    const startedAt = performance.now()
    let worstP99Ms = 0
    while (performance.now() - startedAt < seconds * 1000) {
      await wait(1000)
      worstP99Ms = Math.max(worstP99Ms, (await gateway.load()).pacerP99Ms)
    }
    const talking = (await gateway.load()).activeCalls
    const measuredSeconds = (performance.now() - startedAt) / 1000
    const after = await cpuSeconds(processes)
    hangUp.abort()

    const ends = (await Promise.all(ended)).filter((event) => event.t === 'ended')
    const failed = ends.filter(({ cause }) => cause !== 'completed')
    for (let waited = 0; waited < 50 && (await gateway.load()).activeCalls > 0; waited++) await wait(100)
    carrier.send('report')
    const [heard] = (await once(carrier, 'message')) as [(RtpStats | null)[]]
    const left = await gateway.load()

    console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`)
    console.log(
      `calls ${calls} at ${callsPerSecond}/s, ${talking} talking after ${seconds} s, failed ${failed.length}${failed.length ? ` (${[...new Set(failed.map(({ cause }) => cause))].join(', ')})` : ''}, still held ${left.activeCalls}`,
    )
    console.log(
      `RTP carrier to us:  ${sum(ends.map(({ rtp }) => rtp?.packetsReceived))} packets, lost ${sum(ends.map(({ rtp }) => rtp?.packetsLost))}`,
    )
    console.log(
      `RTP us to carrier:  ${sum(heard.map((rtp) => rtp?.packetsReceived))} packets, lost ${sum(heard.map((rtp) => rtp?.packetsLost))}`,
    )
    console.log(`pacer p99 ${worstP99Ms.toFixed(2)} ms (worst 10 s)`)
    for (const name of ['server', 'voice', 'carrier'] as const)
      console.log(
        `CPU ${name.padEnd(8)} ${((100 * (after[name] - before[name])) / measuredSeconds).toFixed(1)} % of a core`,
      )
  } finally {
    await gateway.close()
    carrier.disconnect()
    await once(carrier, 'exit')
    await rm(folder, { recursive: true })
  }
}

async function originate(gateway: VoiceGateway, index: number, signal: AbortSignal) {
  const request = {
    attemptId: `bench-${index}`,
    trunkId: 'carrier',
    to: String(5_550_000 + index),
    callerId: '',
    ringTimeoutMs: 30_000,
    maxDurationMs: 600_000,
  }
  for (;;) {
    try {
      return await gateway.originate(request, signal)
    } catch (error) {
      if (!(error instanceof NotAdmitted && error.reason === 'trunk_limit')) throw error
      await wait(error.retryAfterMs)
    }
  }
}

/** Plays the greeting over and over; answers how the call ended. */
async function call(leg: Awaited<ReturnType<typeof originate>>, path: string): Promise<LegEvent> {
  for await (const event of leg.events) {
    if (event.t === 'answered') leg.play({ path }, { loop: true })
    if (event.t === 'ended') return event
  }
  throw new Error(`Leg ${leg.id} has no end.`)
}

async function cpuSeconds<Name extends string>(processes: Record<Name, number>): Promise<Record<Name, number>> {
  const entries = Object.entries<number>(processes).map(async ([name, pid]) => {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
    return [name, (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond] as const
  })
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, number>
}

function noise(seconds: number): Buffer {
  const samples = Buffer.alloc(seconds * 16_000)
  for (let i = 0; i < samples.length; i += 2) samples.writeInt16LE(Math.round((Math.random() - 0.5) * 8_000), i)
  return Buffer.concat([wavHeader(1, samples.length / 2), samples])
}

function sum(numbers: (number | undefined)[]): number {
  return numbers.reduce((total: number, number) => total + (number ?? 0), 0)
}
