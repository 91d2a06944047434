import type { RouteTable } from '../../platform/http/route.ts'
import { callRoutes } from './calls/routes.ts'
import { clientRoutes } from './clients/routes.ts'
import { knowledgeRoutes } from './knowledge/routes.ts'
import { analyticsRoutes } from './analytics/routes.ts'
import { onboardingRoutes } from './onboarding/routes.ts'

export const receptionistRoutes: RouteTable = {
  tag: 'Receptionist',
  routes: { ...clientRoutes, ...knowledgeRoutes, ...callRoutes, ...analyticsRoutes, ...onboardingRoutes },
}
