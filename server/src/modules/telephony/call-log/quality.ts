import type { CallQuality as MeasuredQuality } from '@switchboard/voice'
import type { CallQuality } from '../schema.ts'

/** Below this score, or above this loss, people understand each other badly. `CallQuality` names both. */
const lowestMos = 2.5
const highestLoss = 10

export type StoredQuality = Omit<CallQuality, 'warning'>

const rounded = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits

export const toStored = ({ jitterMs, lossPercent, roundTripMs, mos }: MeasuredQuality): StoredQuality => ({
  jitter_ms: rounded(jitterMs, 1),
  loss_percent: rounded(lossPercent, 2),
  round_trip_ms: roundTripMs === null ? null : rounded(roundTripMs, 1),
  mos: rounded(mos, 2),
})

/** Returns the quality with its warning; null without one. */
export const withWarning = (quality: StoredQuality | null): CallQuality | null =>
  quality && { ...quality, warning: quality.mos < lowestMos || quality.loss_percent > highestLoss }
