import type { Ctx } from '../../platform/context.ts'
import { serverContext } from '../../platform/services.ts'

/**
 * Returns a context of the server's own that acts for the administrator and sees all workspaces. The route's
 * `access: 'admin'` requires the administrator role; `actor` checks it before any other statement.
 */
export async function asAdministrator(ctx: Ctx): Promise<Ctx> {
  const { user_id } = await ctx.db.actor()
  return serverContext(ctx.services, { workspaceId: null, userId: user_id as string })
}
