import { cpuSeconds, watchCpu } from './processes.ts'
import { startCallee, startCaller } from './sipp.ts'
import { dial, follow, startVoice } from './voice.ts'

/** Concurrent calls. */
const atOnce = 50

interface Outcome {
  callsPerSecond: number
  failed: number
  /** Of the calling process. */
  cpuMsPerCall: number
}

/** Measures INVITE, 200, ACK, BYE, 200 at full speed, with `atOnce` concurrent calls, to a SIPp that answers. */
export async function compareSignalling(folder: string, calls: number): Promise<void> {
  console.log(`\nCalls per second, signalling only: ${calls} calls, ${atOnce} at once, callee SIPp`)
  print('SIPp calling', await bySipp(folder, calls))
  print('voice process', await byVoice(folder, calls))
}

async function bySipp(folder: string, calls: number): Promise<Outcome> {
  const callee = await startCallee(folder, null)
  const startedAt = performance.now()
  const caller = await startCaller(folder, {
    target: callee.port,
    calls,
    atOnce,
    callsPerSecond: 10_000,
    talkMs: 0,
    voice: null,
  })
  const cpu = watchCpu(caller.child.pid)
  const failed = await caller.finished
  const seconds = (performance.now() - startedAt) / 1000
  await callee.child.stop()
  return { callsPerSecond: calls / seconds, failed, cpuMsPerCall: (1000 * cpu()) / calls }
}

async function byVoice(folder: string, calls: number): Promise<Outcome> {
  const callee = await startCallee(folder, null)
  const gateway = await startVoice({ port: callee.port, password: '', maxCalls: 2 * atOnce, callsPerSecond: 10_000 })
  try {
    const { signal } = new AbortController()
    const pid = gateway.pid!
    const cpuBefore = (await cpuSeconds(pid))!
    const startedAt = performance.now()
    let next = 0
    let failed = 0
    const caller = async () => {
      while (next < calls) {
        const leg = await dial(gateway, next++, signal)
        const { cause } = await follow(leg, () => void leg.hangup())
        if (cause !== 'completed') failed++
      }
    }
    await Promise.all(Array.from({ length: atOnce }, caller))
    const seconds = (performance.now() - startedAt) / 1000
    const cpu = (await cpuSeconds(pid))! - cpuBefore
    return { callsPerSecond: calls / seconds, failed, cpuMsPerCall: (1000 * cpu) / calls }
  } finally {
    await gateway.close()
    await callee.child.stop()
  }
}

function print(name: string, { callsPerSecond, failed, cpuMsPerCall }: Outcome): void {
  console.log(
    `${name.padEnd(14)} ${callsPerSecond.toFixed(0)} calls/s, failed ${failed}, ${cpuMsPerCall.toFixed(2)} ms CPU a call`,
  )
}
