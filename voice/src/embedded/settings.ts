import { defaultLimits, type EngineLimits } from './admission.ts'
import type { InboundSettings } from './inbound.ts'
import type { BreakerSettings } from './trunk-gate.ts'

/** What every driver can be told. */
export interface GatewaySettings {
  /** Default: `defaultLimits`. */
  limits?: Partial<EngineLimits>
  /** When a failing trunk is left alone. Default 5 failures in a row, 30 s. */
  breaker?: BreakerSettings
  /** Default: 30 s to be answered, hung up after 1 h. */
  inbound?: InboundSettings
  /** An answered call from which nothing arrives for so long is ended. Default 30 s. */
  mediaTimeoutMs?: number
  /** How long `testTrunk` waits for the carrier. Default 8 s. */
  probeTimeoutMs?: number
}

/** The one place of these defaults. */
export const withDefaults = ({ limits, breaker, inbound, mediaTimeoutMs, probeTimeoutMs }: GatewaySettings) => ({
  limits: { ...defaultLimits, ...limits },
  breaker: breaker ?? { failures: 5, openMs: 30_000 },
  inbound: inbound ?? { ringTimeoutMs: 30_000, maxDurationMs: 3_600_000 },
  mediaTimeoutMs: mediaTimeoutMs ?? 30_000,
  probeTimeoutMs: probeTimeoutMs ?? 8_000,
})
