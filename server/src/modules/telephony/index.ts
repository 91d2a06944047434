import type { Module } from '../../platform/module.ts'
import { type CreateCallService, startCalling } from './calling.ts'
import { callLogRoutes } from './call-log/routes.ts'
import type { CallSource } from './call-log/source.ts'
import { telephonyRoutes } from './routes.ts'

export type { CallService, CallingContext } from './calling.ts'
export {
  type CallFilter,
  type CallRow,
  type CallSource,
  type DaySum,
  type SumRange,
  inOrder,
  shapeOf,
  transcriptBeginning,
} from './call-log/source.ts'
export { type StoredQuality, toStored, withWarning } from './call-log/quality.ts'
export type { InboundCall, InboundFilter, InboundHandler } from './inbound-calls.ts'
export { type HeldTrunk, type Telephony, type TelephonyOptions, createTelephony } from './voice.ts'
export { getTransferNumber, isTransferNumber, mayTransferTo } from './transfer-numbers.ts'
export { findUnratedNumbers } from './limits/call-rates.ts'
export { checkDestination, installationLimits, limitColumns, usageColumns } from './limits/calling-limits.ts'
export { type DestinationRules, destinationFault } from './limits/destinations.ts'

export const telephony: Module = {
  name: 'telephony',
  routes: ({ callSources }) => [telephonyRoutes, callLogRoutes(callSources as readonly CallSource[])],
  start: async ({ services, outbox, voice, callServices }) =>
    voice && startCalling(services, voice, outbox, callServices as readonly CreateCallService[]),
}
