import type { Scope } from './access.ts'
import { createContext, type Ctx } from './context.ts'
import { serverContext } from './services.ts'

/**
 * Returns the workspace that a public route reads: a member's own, else the installation's public one. Null
 * without one. Elsewhere the route's own scope is asked of an API key; a public route has none, so here it is
 * `scope`.
 */
export function publicReader(ctx: Ctx, scope: Scope): Ctx | null {
  const { services, principal, requestId, log } = ctx
  const workspaceId = services.config.publicWorkspaceId
  if (principal.kind === 'public') return workspaceId === null ? null : serverContext(services, { workspaceId })
  if (principal.kind !== 'api_key') return ctx
  const entry = { access: scope, workspaceId: null }
  return createContext({ services, principal, requestId, log, entry, readOnly: true })
}
