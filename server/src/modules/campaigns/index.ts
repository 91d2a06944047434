export { type CampaignEngine, type CampaignEngineOptions, createCampaignEngine } from './engine/engine.ts'
export { campaignCommands } from './live.ts'
export { campaignReport } from './report.ts'
export { campaignRoutes } from './routes.ts'
