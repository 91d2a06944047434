import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { createInvitation } from '../identity/index.ts'
import type { NewTeammate } from './schema.ts'

// Row security shows a user those they share a workspace with, and nobody else.
const findColleague = statement(
  'shop.find_colleague',
  (_, p: { id: string }) => sql<{ email: string }>`select email from identity.users where id = ${p.id}`,
)

/**
 * Invites somebody into the team: nobody is in one without having said yes. Throws 404 for a user id that is not that of
 * somebody the caller shares a workspace with, 409 for a member.
 */
export async function inviteTeammate(ctx: Ctx, { email, userId, role }: NewTeammate) {
  const address = email ?? (await ctx.db.maybe(findColleague, { id: userId as string }))?.email ?? missing('user')
  return createInvitation(ctx, { email: address, role })
}
