import type { Module } from '../../platform/module.ts'
import { removeExpiredTickets } from './jobs.ts'
import { socketFrames } from './schema.ts'
import { realtimeRoutes } from './routes.ts'

export { type LoadAudience, type UserPrincipal, createAudienceLoader } from './audience.ts'
export { type AuthenticateHeaders, refuse } from './handshake.ts'
export { createRealtime } from './realtime.ts'

export const realtime: Module = {
  name: 'realtime',
  routes: [realtimeRoutes],
  jobs: [removeExpiredTickets],
  frames: socketFrames,
}
