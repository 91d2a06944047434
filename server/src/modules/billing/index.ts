import type { Module } from '../../platform/module.ts'
import { endSubscriptionPeriods } from './jobs.ts'
import { plansOf } from './plans.ts'
import { billingRoutes } from './routes.ts'

export { type Entitlements, limitsOf, limitsOfWorkspaces, planLimit } from './entitlements.ts'

export const billing: Module = {
  name: 'billing',
  routes: [billingRoutes],
  jobs: [endSubscriptionPeriods],
  checkConfig: plansOf,
}
