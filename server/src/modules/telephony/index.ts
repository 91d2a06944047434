export { telephonyRoutes } from './routes.ts'
export { type HeldTrunk, type Telephony, type TelephonyOptions, createTelephony } from './voice.ts'
export { isTransferNumber } from './transfer-numbers.ts'
