export { type CampaignEngine, type CampaignEngineOptions, createCampaignEngine } from './engine/engine.ts'
export { campaignCommands } from './live.ts'
export { campaignRoutes } from './routes.ts'
