export { type Limits, limitsOf, planLimit } from './entitlements.ts'
export { endSubscriptionPeriods } from './jobs.ts'
export { plansOf } from './plans.ts'
export { billingRoutes } from './routes.ts'
