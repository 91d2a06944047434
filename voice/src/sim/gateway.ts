import { statSync } from 'node:fs'
import type { CalleeBehaviour, CarriedCall, PlacedCall, PlacedCallState } from '../callee.ts'
import { composeGateway } from '../embedded/compose.ts'
import { type GatewaySettings, withDefaults } from '../embedded/settings.ts'
import type { VoiceGateway } from '../gateway.ts'
import type { SipAccount } from '../sip/types.ts'
import { createSimMediaEngine } from './media-engine.ts'
import { createSimNetwork } from './network.ts'
import { createSimUserAgent } from './user-agent.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface SimOptions extends GatewaySettings {
  clock: VirtualClock
  /** What happens when a number is dialled, as callee or as a transfer's target. */
  behaviour: (to: string) => CalleeBehaviour
  /** What the carrier makes of an account. Default: accepts every one. */
  account?: (account: SipAccount) => 'accepted' | 'refused' | 'unreachable'
  /** How long a file plays. Default: read from the file (8 kHz 16-bit mono WAV). */
  mediaDurationMs?: (file: { path: string }) => number
  /** RTP port pairs. Default 100,000. */
  ports?: number
}

export interface SimGateway extends VoiceGateway {
  /** Every INVITE that reached the simulated carrier, in order: who was dialled, and when. */
  readonly carried: readonly CarriedCall[]
  /** Simulates an inbound call from `fromHost`, which must be the host of a trunk. */
  place(call: PlacedCall, fromHost: string): PlacedCallState
}

/** The product's own call logic over a network that exists only on a virtual clock. No audio: only when things happen. */
export function createSimGateway(options: SimOptions): SimGateway {
  const { clock, behaviour } = options
  const { limits, breaker, inbound, mediaTimeoutMs, probeTimeoutMs } = withDefaults(options)
  const network = createSimNetwork()
  const userAgent = createSimUserAgent({ clock, behaviour, account: options.account ?? (() => 'accepted') }, network)
  const media = createSimMediaEngine(
    {
      clock,
      durationMs: options.mediaDurationMs ?? wavDurationMs,
      mediaTimeoutMs,
      ports: options.ports ?? 100_000,
    },
    network,
  )
  const gateway = composeGateway('sim', {
    userAgent,
    media,
    clock,
    limits,
    trunks: {
      breaker,
      checkEveryMs: Infinity,
      probeTimeoutMs,
      lookup: async (host) => [host],
    },
    inbound,
  })
  return { ...gateway, carried: userAgent.carried, place: userAgent.place }
}

const wavHeaderBytes = 44
const bytesPerMs = 16

const wavDurationMs = ({ path }: { path: string }) => Math.max(0, statSync(path).size - wavHeaderBytes) / bytesPerMs
