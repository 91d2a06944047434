import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { createInvitation } from '../identity/index.ts'
import type { NewTeammate } from './schema.ts'

// Row-level security limits the rows to users who share a workspace with the caller.
const findColleague = statement(
  'shop.find_colleague',
  (_, p: { id: string }) => sql<{ email: string }>`select email from identity.users where id = ${p.id}`,
)

/**
 * Invites a person to the team; they join when they accept. Throws 404 for the id of a user who shares no workspace with
 * the caller, 409 for a member.
 */
export async function inviteTeammate(ctx: Ctx, { email, userId, role }: NewTeammate) {
  const address = email ?? (await ctx.db.maybe(findColleague, { id: userId as string }))?.email ?? missing('user')
  return createInvitation(ctx, { email: address, role })
}
