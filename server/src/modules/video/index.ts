export { endDesertedCalls, endForgottenCalls, missRinging } from './jobs.ts'
export { videoCommands } from './live.ts'
export { videoRoutes } from './routes.ts'
export { videoCounter } from './statistics.ts'
