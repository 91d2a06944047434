export { type CommandSocket, type SocketCommand, socketCommand } from './commands.ts'
export { removeExpiredTickets } from './jobs.ts'
export { type Realtime, createRealtime } from './realtime.ts'
export { realtimeRoutes } from './routes.ts'
