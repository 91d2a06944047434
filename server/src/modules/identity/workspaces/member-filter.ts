import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { forbidden } from '../../../platform/errors.ts'

const isMember = statement('identity.is_member', (db, p: { user_id: string }) =>
  db.selectFrom('identity.members').select('user_id').where('user_id', '=', p.user_id),
)

/**
 * Returns the user whose records a list shows, or null without `userId` for the whole workspace. All members can list
 * their own records; owners and admins can list another member's. Throws 403 otherwise.
 */
export async function memberFilter(ctx: Ctx, userId: string | undefined): Promise<string | null> {
  if (userId === undefined) return null
  const who = await ctx.db.actor()
  if (userId === who.user_id) return userId
  const mayAsk = who.role === 'owner' || who.role === 'admin'
  if (mayAsk && (await ctx.db.maybe(isMember, { user_id: userId }))) return userId
  throw forbidden("You may only see your own records; owners and admins may see their members'.")
}
