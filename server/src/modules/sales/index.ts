export { expireHandoffs } from './jobs.ts'
export { salesRoutes } from './routes.ts'
