export { plansOf } from './plans.ts'
export { billingRoutes } from './routes.ts'
