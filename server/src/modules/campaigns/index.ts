import type { Module } from '../../platform/module.ts'
import { createCampaignEngine } from './engine/engine.ts'
import { campaignCallSource } from './call-log.ts'
import { campaignCommands, campaignFrames } from './live.ts'
import { testCallSource } from './test-calls/call-log.ts'
import { createTestCaller } from './test-calls/test-caller.ts'
import { campaignRoutes } from './routes.ts'
import { pauseUnrunnableCampaigns } from './subscribers.ts'

export { type CallStatus, callStatuses } from './call-schema.ts'
export { listCalls } from './calls.ts'
export { getCampaign, updateCampaign } from './campaigns.ts'
export { type CampaignEngine, type CampaignEngineOptions, createCampaignEngine } from './engine/engine.ts'
export { campaignReport } from './report.ts'
export { setByServer, wizardNames } from './wizard-names.ts'
export { withdrawTarget } from './withdrawal.ts'

export const campaigns: Module = {
  name: 'campaigns',
  routes: [campaignRoutes],
  subscribers: [pauseUnrunnableCampaigns],
  commands: campaignCommands,
  frames: campaignFrames,
  callSources: [campaignCallSource, testCallSource],
  callServices: [createCampaignEngine, createTestCaller],
}
