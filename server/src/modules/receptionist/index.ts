export { embedKnowledge } from './knowledge.ts'
export { receptionistRoutes } from './routes.ts'
