export { expireHandoffs } from './handoffs/jobs.ts'
export { salesRoutes } from './routes.ts'
