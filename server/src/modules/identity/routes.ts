import type { RouteTable } from '../../platform/http/route.ts'
import { apiKeyRoutes } from './api-key-routes.ts'
import { authRoutes } from './auth-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { workspaceRoutes } from './workspace-routes.ts'

export const identityRoutes: RouteTable = {
  tag: 'Identity',
  routes: { ...authRoutes, ...profileRoutes, ...workspaceRoutes, ...apiKeyRoutes },
}
