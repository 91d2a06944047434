export { embedKnowledge } from './knowledge/knowledge.ts'
export { receptionistRoutes } from './routes.ts'
