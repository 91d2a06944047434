import type { Clock } from '../clock.ts'
import { DuplicateAttempt, NotAdmitted, type InboundLeg, type VoiceGateway } from '../gateway.ts'
import { createAudioHub, type AudioHub } from '../live-audio/hub.ts'
import { listenLocally } from '../live-audio/local-listener.ts'
import { NoPorts } from '../media/rtp/ports.ts'
import type { MediaEngine } from '../media/types.ts'
import type { IncomingCall, UserAgent } from '../sip/types.ts'
import { createAddressBook } from './address-book.ts'
import { checkEngine, type EngineLimits } from './admission.ts'
import { dial } from './dial.ts'
import { createRateMeter, type Engine } from './engine.ts'
import { checkRequest } from './requests.ts'
import { receive, type InboundSettings } from './inbound.ts'
import { transferLeg } from './transfer.ts'
import { checkTrunk, openTrunk, sameAccount, tryTrunk, type TrunkLine, type TrunkSettings } from './trunks.ts'

export interface GatewayParts {
  userAgent: UserAgent
  media: MediaEngine
  clock: Clock
  limits: EngineLimits
  trunks: TrunkSettings
  inbound: InboundSettings
  /** Default: one of its own. */
  audio?: AudioHub
}

/** How long `close` waits for carriers to confirm BYE and un-REGISTER requests. */
const closeWithinMs = 1_000

/** Creates a gateway from a user agent and a media engine, real or simulated. */
export function composeGateway(
  kind: VoiceGateway['kind'],
  { userAgent, media, clock, limits, trunks: settings, inbound, audio = createAudioHub(clock) }: GatewayParts,
): VoiceGateway {
  const trunks = new Map<string, TrunkLine>()
  const carriers = createAddressBook<TrunkLine>()
  const dialled = new Set<string>()
  const idleWaiters: (() => void)[] = []
  let draining = false
  let onInbound: ((leg: InboundLeg) => void) | null = null

  const engine: Engine = {
    userAgent,
    media,
    clock,
    audio,
    legs: new Set(),
    invitesSent: createRateMeter(clock),
    calls: 0,
    closing: false,
    transfer: (leg, line, callerId, request, signal) => transferLeg(engine, leg, line, callerId, request, signal),
    onIdle() {
      if (engine.calls === 0) for (const resolve of idleWaiters.splice(0)) resolve()
    },
  }

  userAgent.onInvite(({ host }) => carriers.at(host).size > 0, takeCall)

  /** Returns the account whose Contact was called, when one carrier has several accounts. */
  function trunkOf({ source, to }: IncomingCall): TrunkLine | undefined {
    const lines = [...carriers.at(source.host)]
    return lines.find(({ trunk }) => trunk.username === to) ?? lines[0]
  }

  function takeCall(call: IncomingCall): void {
    const line = trunkOf(call)
    if (!line || !onInbound || draining) return call.reject(480)
    if (engine.calls >= limits.maxCalls || media.freePorts() === 0) return call.reject(503)
    receive(engine, line, call, inbound, onInbound)
  }

  /** Resolves when all calls have ended, or after `deadlineMs`. */
  function idle(deadlineMs: number): Promise<void> {
    if (engine.calls === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, deadlineMs)
      idleWaiters.push(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  const hangUpAll = () => [...engine.legs].map((leg) => leg.hangup())

  return {
    kind,

    async upsertTrunk(trunk) {
      checkTrunk(trunk)
      const old = trunks.get(trunk.id)
      if (old && sameAccount(old.trunk, trunk)) {
        old.trunk = trunk
        old.gate.limits = trunk
        return
      }
      trunks.set(trunk.id, openTrunk(trunk, { userAgent, clock, settings, carriers }, old))
    },

    async removeTrunk(id) {
      const line = trunks.get(id)
      trunks.delete(id)
      await line?.close()
    },

    async trunkState(id) {
      return trunks.get(id)?.state() ?? { state: 'unregistered' }
    },

    async testTrunk(trunk) {
      checkTrunk(trunk)
      return tryTrunk(trunk, userAgent, clock, settings.probeTimeoutMs)
    },

    async originate(request, signal) {
      checkRequest(request)
      signal?.throwIfAborted()
      if (dialled.has(request.attemptId)) throw new DuplicateAttempt(request.attemptId)
      if (draining) throw new NotAdmitted('draining', 0)
      const line = trunks.get(request.trunkId)
      if (!line) throw new NotAdmitted('trunk_unknown', 0)
      checkEngine(limits, engine.calls, userAgent, media)
      const slot = line.gate.admit(request.keepFree)
      remember(dialled, request.attemptId)
      try {
        return await dial(engine, line, slot, request, signal)
      } catch (error) {
        dialled.delete(request.attemptId)
        if (error instanceof NoPorts) throw new NotAdmitted('no_ports', 1_000)
        throw error
      }
    },

    onInbound(handler) {
      onInbound = handler
    },

    listen: async (take) => listenLocally(audio, take),

    async load() {
      return {
        activeCalls: engine.calls,
        callsPerSecond: engine.invitesSent.perSecond(),
        pacerP99Ms: media.lateness().p99Ms,
        freePorts: media.freePorts(),
        accepting: !draining && engine.calls < limits.maxCalls,
      }
    },

    async drain(deadlineMs) {
      draining = true
      await idle(deadlineMs)
      void Promise.all(hangUpAll())
      await idle(closeWithinMs)
    },

    async close() {
      draining = true
      engine.closing = true
      const goodbyes = [...hangUpAll(), ...trunks.values().map((line) => line.close())]
      trunks.clear()
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = clock.setTimeout(resolve, closeWithinMs)
      await Promise.race([Promise.allSettled(goodbyes), late])
      timer.cancel()
      audio.close()
      await userAgent.close()
      await media.close()
    },
  }
}

/** Remembered attempts: hours of dialling at the highest rate of one process. */
const attemptsRemembered = 100_000

function remember(dialled: Set<string>, attemptId: string): void {
  if (dialled.size >= attemptsRemembered) dialled.delete(dialled.values().next().value!)
  dialled.add(attemptId)
}
