export { type CampaignEngine, type CampaignEngineOptions, createCampaignEngine } from './engine/engine.ts'
export { campaignRoutes } from './routes.ts'
