import type { Ctx } from '../../../platform/context.ts'
import { forbidden } from '../../../platform/errors.ts'

const assigners = new Set<string | null>(['owner', 'admin', 'sales_manager'])

/** Every member may assign to themselves; only managers may assign to others. Throws 403. */
export async function requireMayAssign(ctx: Ctx, to: string | null): Promise<void> {
  const { user_id, role } = await ctx.db.actor()
  if (assigners.has(role) || (to !== null && to.toLowerCase() === user_id)) return
  throw forbidden('Your role lets you assign this only to yourself.')
}
