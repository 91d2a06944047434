import { setTimeout as wait } from 'node:timers/promises'
import { createVoiceProcess, NotAdmitted, type Leg, type LegEvent, type VoiceProcess } from '../../voice/src/index.ts'

const host = '127.0.0.1'

export interface Line {
  port: number
  password: string
  maxCalls: number
  callsPerSecond: number
}

/** Starts a voice process with one trunk, to a carrier on this machine. */
export async function startVoice({ port, password, maxCalls, callsPerSecond }: Line): Promise<VoiceProcess> {
  const gateway = await createVoiceProcess({
    engine: { sip: { host, port: 0 }, allowPrivate: true, limits: { maxCalls, maxPacerP99Ms: Infinity } },
  })
  await gateway.upsertTrunk({
    id: 'carrier',
    host,
    port,
    transport: 'udp',
    username: 'bench',
    password,
    register: false,
    maxConcurrentCalls: maxCalls,
    callsPerSecond,
    transferMode: 'bridge',
  })
  return gateway
}

/** Dials as soon as the trunk accepts the call. */
export async function dial(gateway: VoiceProcess, index: number, signal: AbortSignal): Promise<Leg> {
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

/** Calls `onAnswer` on the answer. Resolves to the cause of the call's end. */
export async function follow(leg: Leg, onAnswer: () => void): Promise<Extract<LegEvent, { t: 'ended' }>> {
  for await (const event of leg.events) {
    if (event.t === 'answered') onAnswer()
    if (event.t === 'ended') return event
  }
  throw new Error(`Leg ${leg.id} has no end.`)
}
