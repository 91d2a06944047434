import type { RouteTable } from '../../platform/http/route.ts'
import { apiKeyRoutes } from './api-keys/routes.ts'
import { codeRoutes } from './codes/routes.ts'
import { emailRoutes } from './mailed-proofs/routes.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { passwordRoutes } from './passwords/routes.ts'
import { accountListRoutes } from './people/account-routes.ts'
import { profileRoutes } from './people/routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { supabaseRoutes } from './supabase/routes.ts'
import { twoFactorRoutes } from './two-factor/routes.ts'
import { workspaceRoutes } from './workspaces/routes.ts'

export const identityRoutes: RouteTable = {
  tag: 'Identity',
  routes: {
    ...sessionRoutes,
    ...twoFactorRoutes,
    ...passwordRoutes,
    ...emailRoutes,
    ...oauthRoutes,
    ...codeRoutes,
    ...profileRoutes,
    ...accountListRoutes,
    ...workspaceRoutes,
    ...apiKeyRoutes,
  },
}

/** The same accounts, with the API of Supabase Auth. */
export const supabaseAuthRoutes: RouteTable = { tag: 'Identity for Supabase clients', routes: supabaseRoutes }
