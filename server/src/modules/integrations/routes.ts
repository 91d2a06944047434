import type { RouteTable } from '../../platform/http/route.ts'
import { connectionRoutes } from './connection-routes.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { shopIntegrationRoutes } from './shop-integration-routes.ts'

export const integrationRoutes: RouteTable = {
  tag: 'Integrations',
  routes: { ...connectionRoutes, ...shopIntegrationRoutes, ...oauthRoutes },
}
