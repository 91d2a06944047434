import { defaultLimits, type EngineLimits } from './admission.ts'
import type { InboundSettings } from './inbound.ts'
import type { BreakerSettings } from './trunk-gate.ts'

/** Settings of every driver. */
export interface GatewaySettings {
  /** Default: `defaultLimits`. */
  limits?: Partial<EngineLimits>
  /** When calls over a failing trunk stop, and for how long. Default after 5 failures in a row, for 30 s. */
  breaker?: BreakerSettings
  /** Default: 30 s of ringing, hung up after 1 h. */
  inbound?: InboundSettings
  /** An answered call without received packets for this long is ended. Default 30 s. */
  mediaTimeoutMs?: number
  /** How long `testTrunk` waits for the carrier. Default 8 s. */
  probeTimeoutMs?: number
}

/** The defaults of all drivers. */
export const withDefaults = ({ limits, breaker, inbound, mediaTimeoutMs, probeTimeoutMs }: GatewaySettings) => ({
  limits: { ...defaultLimits, ...limits },
  breaker: breaker ?? { failures: 5, openMs: 30_000 },
  inbound: inbound ?? { ringTimeoutMs: 30_000, maxDurationMs: 3_600_000 },
  mediaTimeoutMs: mediaTimeoutMs ?? 30_000,
  probeTimeoutMs: probeTimeoutMs ?? 8_000,
})
