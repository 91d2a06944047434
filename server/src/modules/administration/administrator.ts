import type { Ctx } from '../../platform/context.ts'
import { serverContext } from '../../platform/services.ts'

/**
 * The server's view of every workspace, in the name of the administrator who asks. That they are one was decided by the
 * route's `access: 'admin'`; `actor` has it checked before anything else happens.
 */
export async function asAdministrator(ctx: Ctx): Promise<Ctx> {
  const { user_id } = await ctx.db.actor()
  return serverContext(ctx.services, { workspaceId: null, userId: user_id as string })
}
