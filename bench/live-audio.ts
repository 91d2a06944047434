/**
 * Measures live audio of concurrent calls through a listener process that returns the audio, compared with the same calls
 * without one:
 *
 *   node bench/live-audio.ts [calls=100] [seconds=20] [callsPerSecond=50]
 *
 * Prints lost packets each way, the lateness of packets, the CPU of each process, and, with the listener at work, how fast
 * speech stops when the other party begins to talk. Needs Linux. Everything runs on this machine.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { makeTestSignal, writeWav } from '../e2e/peers/audio.ts'
import type { Leg, RtpStats, VoiceProcess } from '../voice/src/index.ts'
import { cpuSeconds } from './calls/processes.ts'
import { dial, follow, startVoice } from './calls/voice.ts'
import { measureBargeIn } from './live-audio/barge-in.ts'
import type { ListenerReport } from './live-audio/listener.ts'

const [calls = 100, seconds = 20, callsPerSecond = 50] = process.argv.slice(2).map(Number)
if (!(calls >= 1 && calls <= 500 && seconds >= 1 && seconds <= 300 && callsPerSecond >= 1))
  throw new RangeError('Give 1 to 500 calls, 1 to 300 seconds, at least 1 call per second.')

const password = 'secret'
const load = () =>
  loadavg()
    .map((average) => average.toFixed(1))
    .join(' ')
const percent = (share: number) => `${(100 * share).toFixed(0)} %`

/** A child that ends with this process. */
function start(file: string, args: string[] = []): ChildProcess {
  return fork(new URL(file, import.meta.url), args, { execArgv: ['--disable-warning=ExperimentalWarning'] })
}

async function ask<T>(child: ChildProcess, question: unknown): Promise<T> {
  child.send(question as string)
  const [answer] = (await once(child, 'message')) as [T]
  return answer
}

async function stop(child: ChildProcess): Promise<void> {
  child.disconnect()
  await once(child, 'exit')
}

function flow(statistics: (RtpStats | null | undefined)[]): string {
  const sum = (of: 'packetsReceived' | 'packetsLost') => statistics.reduce((total, rtp) => total + (rtp?.[of] ?? 0), 0)
  return `${sum('packetsReceived')} packets, lost ${sum('packetsLost')}`
}

interface Measured {
  pacerP99Ms: number
  /** Shares of one core. */
  cpu: number[]
}

/** Measures calls in progress: the worst 99th percentile of the pacer, and the CPU of these processes. */
async function watch(gateway: VoiceProcess, pids: number[]): Promise<Measured> {
  const read = () => Promise.all(pids.map(async (pid) => (await cpuSeconds(pid)) ?? Number.NaN))
  // The pacer's window is 10 s, so the start of the calls is not part of it.
  await wait(10_000)
  const startedAt = performance.now()
  const before = await read()
  let pacerP99Ms = 0
  for (let second = 0; second < seconds; second++) {
    await wait(1000)
    pacerP99Ms = Math.max(pacerP99Ms, (await gateway.load()).pacerP99Ms)
  }
  const after = await read()
  const elapsed = (performance.now() - startedAt) / 1000
  return { pacerP99Ms, cpu: after.map((used, i) => (used - before[i]!) / elapsed) }
}

async function run(wav: string, listener: ChildProcess | null): Promise<void> {
  const carrier = start('calls/talking.ts', [wav])
  const [port] = (await once(carrier, 'message')) as [number]
  const gateway = await startVoice({ port, password, maxCalls: calls + 1, callsPerSecond })
  try {
    if (listener) await ask(listener, await gateway.audioAddress())
    const hangUp = new AbortController()
    const begin = (leg: Leg) =>
      void (listener ? leg.openAudio({ prebufferMs: 60 }) : leg.play({ path: wav }, { loop: true }))
    const ended = []
    for (let index = 0; index < calls; index++) {
      const leg = await dial(gateway, index, hangUp.signal)
      ended.push(follow(leg, () => begin(leg)))
    }
    const pids = [gateway.pid!, carrier.pid!, process.pid, ...(listener ? [listener.pid!] : [])]
    const { pacerP99Ms, cpu } = await watch(gateway, pids)
    const stopped = listener ? await measureBargeIn(gateway) : null
    const report = listener && (await ask<ListenerReport>(listener, 'report'))
    hangUp.abort()
    const ends = await Promise.all(ended)
    await wait(1000)
    const heard = await ask<(RtpStats | null)[]>(carrier, 'report')
    const failed = ends.filter(({ cause }) => cause !== 'completed').length
    console.log(
      `${listener ? 'through a listener' : 'without a listener'}: failed ${failed}; RTP to us ${flow(ends.map(({ rtp }) => rtp))}; RTP from us ${flow(heard)}; pacer p99 ${pacerP99Ms.toFixed(2)} ms (worst 10 s)`,
    )
    console.log(
      `  CPU of a core: voice process ${percent(cpu[0]!)} (${((1000 * cpu[0]!) / calls).toFixed(2)} ms/s a call), other side ${percent(cpu[1]!)}, server's part ${percent(cpu[2]!)}${listener ? `, listener ${percent(cpu[3]!)}` : ''}; load average ${load()}`,
    )
    if (report)
      console.log(
        `  listener: ${report.channels} channels, ${(report.heardSamples / 8_000).toFixed(0)} s heard, ${report.lostMs} ms lost, ${report.underruns} underruns`,
      )
    if (stopped) console.log(`  ${stopped}`)
  } finally {
    await gateway.close()
    await stop(carrier)
  }
}

const folder = await mkdtemp(join(tmpdir(), 'live-audio-bench-'))
try {
  console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs, Node ${process.version}, load average ${load()}`)
  console.log(`${calls} calls with RTP both ways, ${seconds} s after 10 s`)
  const wav = join(folder, 'voice.wav')
  await writeWav(wav, makeTestSignal({ seconds: 10 }))
  await run(wav, null)
  const listener = start('live-audio/listener.ts')
  try {
    await run(wav, listener)
  } finally {
    await stop(listener)
  }
} finally {
  await rm(folder, { recursive: true })
}
