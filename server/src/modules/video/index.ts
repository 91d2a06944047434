import type { Module } from '../../platform/module.ts'
import { removeWithoutAccess, watchAccess } from './access.ts'
import { endAbandonedCalls, endStaleCalls, missRinging } from './jobs.ts'
import { videoCommands, videoFrames } from './live.ts'
import { closeProviderRoom, disconnectParticipant } from './provider-jobs.ts'
import { videoHosts } from './provider.ts'
import { videoRoutes } from './routes.ts'
import { videoCounter } from './statistics.ts'

export const video: Module = {
  name: 'video',
  routes: [videoRoutes],
  jobs: [missRinging, endAbandonedCalls, endStaleCalls, removeWithoutAccess, disconnectParticipant, closeProviderRoom],
  subscribers: [watchAccess],
  commands: videoCommands,
  frames: videoFrames,
  counters: [videoCounter],
  outboundHosts: videoHosts,
}
