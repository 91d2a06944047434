import { systemClock, type Timer } from '../clock.ts'
import type { EmbeddedOptions } from '../embedded/gateway.ts'
import { checkTrunk } from '../embedded/trunks.ts'
import {
  DuplicateAttempt,
  NotAdmitted,
  type GatewayLoad,
  type InboundLeg,
  type Leg,
  type Trunk,
  type VoiceGateway,
} from '../gateway.ts'
import { createAudioAddress } from '../live-audio/address.ts'
import { connectAudioListener } from '../live-audio/listener.ts'
import type { AudioAddress } from '../live-audio/types.ts'
import { reviveError, type FromWorker } from './protocol.ts'
import { createRemoteInboundLeg, createRemoteLeg, type Ask, type RemoteLeg } from './remote-leg.ts'
import { isStopped, startWatchdog } from './watchdog.ts'
import { startWorker, type WorkerLink } from './worker-link.ts'

export interface VoiceProcessOptions {
  engine: EmbeddedOptions
  /** Called when the process ended by itself, when it runs again, and when it could not be restarted. */
  onChange?: (change: VoiceChange) => void
  /** How often it is asked for a sign of life; see `startWatchdog`. Default 1 s. */
  heartbeatMs?: number
  /** Returns at once, starts the process in the background and retries until it runs; `onChange` reports. Default: waits for it, and rejects on failure. */
  startAfter?: Promise<void>
}

export type VoiceChange =
  | { state: 'lost'; callsLost: number; restartInMs: number }
  | { state: 'running'; pid: number }
  | { state: 'failed'; message: string; restartInMs: number }

/** A gateway in a process of its own. */
export interface VoiceProcess extends VoiceGateway {
  /** Of the running process; null while it is not running. */
  readonly pid: number | null
  readonly sip: { host: string; port: number }
  /**
   * Where `connectAudioListener` of another process connects, the same for the life of this gateway. Nothing listens there
   * before the first call. Rejects when the socket cannot be made.
   */
  audioAddress(): Promise<AudioAddress>
}

const firstRestartMs = 200
const longestRestartMs = 5_000
/** A process that ran this long resets the backoff. */
const steadyMs = 30_000
const defaultHeartbeatMs = 1_000
const closeWithinMs = 3_000
const attemptsRemembered = 100_000

/**
 * Runs the embedded engine in its own process, away from whatever keeps this one busy, and restarts it when it dies: its
 * calls end as `lost` then, and `originate` is refused until it is back. Rejects when it cannot start the first
 * time, unless there is `startAfter`.
 */
export async function createVoiceProcess({
  engine,
  onChange,
  heartbeatMs = defaultHeartbeatMs,
  startAfter,
}: VoiceProcessOptions): Promise<VoiceProcess> {
  const trunks = new Map<string, Trunk>()
  const legs = new Map<string, RemoteLeg>()
  const dialled = new Set<string>()
  const open = new Map<number, { resolve(value: unknown): void; reject(error: Error): void; whenGone: unknown }>()
  let onInbound: ((leg: InboundLeg) => void) | null = null
  let link: WorkerLink | null = null
  let calls = 0
  let state: 'open' | 'draining' | 'closed' = 'open'
  let restart: Timer | null = null
  let restartInMs = firstRestartMs
  let watchdog: ReturnType<typeof startWatchdog> | null = null
  let starting: Promise<void> | null = null
  let audio: Promise<AudioAddress> | null = null
  let { sip } = engine

  const ask: Ask = (name, args, whenGone) =>
    new Promise((resolve, reject) => {
      const id = ++calls
      open.set(id, { resolve, reject, whenGone })
      if (link?.send({ t: 'call', id, name, args })) return
      open.delete(id)
      resolve(whenGone)
    })

  function receive(message: FromWorker): void {
    if (message.t === 'reply') settle(message.id)?.resolve(message.value)
    if (message.t === 'refusal') settle(message.id)?.reject(reviveError(message.error))
    if (message.t === 'event') legs.get(message.leg)?.receive(message.event)
    if (message.t === 'inbound') {
      const { leg: id, trunkId, from, to } = message
      const remote = createRemoteLeg(id, id, ask, () => legs.delete(id))
      legs.set(id, remote)
      onInbound?.(createRemoteInboundLeg(remote, { trunkId, from, to }, ask))
    }
  }

  function settle(id: number) {
    const call = open.get(id)
    open.delete(id)
    return call
  }

  async function start(): Promise<WorkerLink> {
    const startedAt = systemClock.monotonic()
    const started = await startWorker({ ...engine, sip }, receive)
    link = started
    // Carriers know us by this port: a successor takes the same one.
    sip = started.sip
    void started.ended.then(() => lost(systemClock.monotonic() - startedAt))
    for (const trunk of trunks.values()) void ask('upsertTrunk', [trunk], undefined)
    if (onInbound) void ask('takeInbound', [], undefined)
    if (audio) void audio.then((address) => ask('listenAt', [address], undefined)).catch(warn)
    watchdog = startWatchdog(systemClock, heartbeatMs, {
      ask: () => ask('load', [], down),
      isStopped: () => isStopped(started.pid),
      kill: started.kill,
    })
    return started
  }

  function lost(livedMs: number): void {
    link = null
    watchdog?.stop()
    const callsLost = legs.size
    for (const remote of legs.values()) remote.receive({ t: 'ended', at: Date.now(), by: 'network', cause: 'lost' })
    for (const { resolve, whenGone } of open.values()) resolve(whenGone)
    open.clear()
    if (state === 'closed') return
    if (livedMs > steadyMs) restartInMs = firstRestartMs
    onChange?.({ state: 'lost', callsLost, restartInMs })
    startAgain()
  }

  function startAgain(): void {
    restart = systemClock.setTimeout(() => (starting = attempt()), restartInMs)
    restartInMs = Math.min(restartInMs * 2, longestRestartMs)
  }

  async function attempt(): Promise<void> {
    try {
      const { pid, kill } = await start()
      if (state === 'closed') return kill()
      onChange?.({ state: 'running', pid })
    } catch (error) {
      if (state === 'closed') return
      onChange?.({ state: 'failed', message: error instanceof Error ? error.message : String(error), restartInMs })
      startAgain()
    }
  }

  async function originate(request: Parameters<VoiceGateway['originate']>[0], signal?: AbortSignal): Promise<Leg> {
    const { attemptId } = request
    signal?.throwIfAborted()
    if (dialled.has(attemptId)) throw new DuplicateAttempt(attemptId)
    if (state !== 'open') throw new NotAdmitted('draining', 0)
    // The process may have ended without a report yet. A request that cannot be sent was not dialled.
    if (!link?.connected()) throw new NotAdmitted('voice_down', restartInMs)

    const hangUp = () => void ask('hangup', [attemptId], undefined)
    const forget = () => {
      legs.delete(attemptId)
      signal?.removeEventListener('abort', hangUp)
    }
    const remote = createRemoteLeg(attemptId, attemptId, ask, forget)
    legs.set(attemptId, remote)
    if (dialled.size >= attemptsRemembered) dialled.delete(dialled.values().next().value!)
    dialled.add(attemptId)
    signal?.addEventListener('abort', hangUp, { once: true })
    try {
      // When the process ends before it replies, it is unknown whether the INVITE was sent: the leg ends as `lost`.
      await ask('originate', [request], undefined)
      return remote.leg
    } catch (error) {
      forget()
      if (!(error instanceof DuplicateAttempt)) dialled.delete(attemptId)
      throw error
    }
  }

  async function openAudioAddress(): Promise<AudioAddress> {
    await starting
    const address = await createAudioAddress()
    await ask('listenAt', [address], undefined)
    return address
  }

  function audioAddress(): Promise<AudioAddress> {
    audio ??= openAudioAddress().catch((error: unknown) => {
      audio = null
      throw error
    })
    return audio
  }

  if (startAfter) starting = startAfter.then(() => (state === 'closed' ? undefined : attempt()))
  else await start()

  return {
    kind: 'embedded',
    get pid() {
      return link?.pid ?? null
    },
    get sip() {
      return sip
    },

    async upsertTrunk(trunk) {
      checkTrunk(trunk)
      await ask('upsertTrunk', [trunk], undefined)
      trunks.set(trunk.id, trunk)
    },

    async removeTrunk(id) {
      trunks.delete(id)
      await ask('removeTrunk', [id], undefined)
    },

    trunkState: (id) => ask('trunkState', [id], { state: 'failed', reason: 'The voice process is being restarted.' }),

    // Requests wait while the process starts: users test their provider as soon as the server responds.
    async testTrunk(trunk) {
      await starting
      return ask('testTrunk', [trunk], {
        ok: false,
        message: 'The voice process is being restarted. Try again in a moment.',
        latencyMs: 0,
      })
    },

    originate,

    onInbound(handler) {
      onInbound = handler
      void ask('takeInbound', [], undefined)
    },

    audioAddress,

    listen: async (take) => connectAudioListener(await audioAddress(), take),

    load: () => ask('load', [], down),

    async drain(deadlineMs) {
      state = 'draining'
      await ask('drain', [deadlineMs], undefined)
    },

    async close() {
      state = 'closed'
      restart?.cancel()
      await starting
      watchdog?.stop()
      const closing = link
      if (!closing) return
      const late = systemClock.setTimeout(() => closing.kill(), closeWithinMs)
      await ask('close', [], undefined)
      closing.disconnect()
      await closing.ended
      late.cancel()
    },
  }
}

const warn = (error: unknown) => process.emitWarning(error instanceof Error ? error : String(error))

/** The load of a gateway that is not there. */
const down: GatewayLoad = { activeCalls: 0, callsPerSecond: 0, pacerP99Ms: 0, freePorts: 0, accepting: false }
