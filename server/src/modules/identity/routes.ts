import type { RouteTable } from '../../platform/http/route.ts'
import { apiKeyRoutes } from './api-key-routes.ts'
import { authRoutes } from './auth-routes.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { recoveryRoutes } from './recovery-routes.ts'
import { supabaseRoutes } from './supabase-routes.ts'
import { workspaceRoutes } from './workspace-routes.ts'

export const identityRoutes: RouteTable = {
  tag: 'Identity',
  routes: { ...authRoutes, ...oauthRoutes, ...recoveryRoutes, ...profileRoutes, ...workspaceRoutes, ...apiKeyRoutes },
}

/** The same accounts as Supabase's clients expect them. */
export const supabaseAuthRoutes: RouteTable = { tag: 'Identity for Supabase clients', routes: supabaseRoutes }
