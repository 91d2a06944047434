import type { CallQuality } from '../../gateway.ts'
import type { MediaStats } from '../types.ts'

/**
 * Estimates the quality of a call from its statistics: the E-model of ITU-T G.107 with its default values, reduced to what
 * a network changes, R = 93.2 - Id - Ie,eff. Returns null when no sound arrived. Each figure is that of the worse direction.
 */
export function estimateQuality(stats: MediaStats): CallQuality | null {
  const { packetsReceived, packetsLost, packetsSent, meanJitterMs, reported } = stats
  if (packetsReceived === 0) return null
  const received = share(packetsLost, packetsReceived + packetsLost)
  const sent = reported ? share(reported.packetsLost, packetsSent) : 0
  const lossPercent = Math.max(received, sent)
  const jitterMs = Math.max(meanJitterMs, reported?.jitterMs ?? 0)
  const roundTripMs = reported?.roundTripMs ?? null
  return { jitterMs, lossPercent, roundTripMs, mos: mosOf(ratingOf({ lossPercent, jitterMs, roundTripMs })) }
}

const share = (part: number, whole: number) => (whole > 0 ? Math.min(100, (100 * Math.max(0, part)) / whole) : 0)

const packetMs = 20
/** Packets that a receiver's buffer holds back, as a multiple of the jitter. */
const bufferedJitter = 2
/** G.711 with concealment of lost packets, at random loss (G.113, Appendix I). Ie is 0. */
const lossRobustness = 25.1

interface Line {
  lossPercent: number
  jitterMs: number
  roundTripMs: number | null
}

/** The rating R, 0 to 100. A delay that is not known counts as none. */
function ratingOf({ lossPercent, jitterMs, roundTripMs }: Line): number {
  const delayMs = packetMs + bufferedJitter * jitterMs + (roundTripMs ?? 0) / 2
  // The delay impairment Id of G.107 in the linear form of Cole and Rosenbluth (2001).
  const ofDelay = 0.024 * delayMs + 0.11 * Math.max(0, delayMs - 177.3)
  const ofLoss = (95 * lossPercent) / (lossPercent + lossRobustness)
  return 93.2 - ofDelay - ofLoss
}

/** The mean opinion score of a rating, 1 to 4.5 (G.107, Annex B). */
export function mosOf(rating: number): number {
  if (rating <= 0) return 1
  if (rating >= 100) return 4.5
  // The polynomial falls slightly below 1 for the smallest ratings.
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
}
