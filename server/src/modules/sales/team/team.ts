import { sql } from 'kysely'
import { type Role, roles } from '../../../platform/access.ts'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement, variants } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { id, instant } from '../../../platform/http/fields.ts'
import { z } from 'zod'
import { changeRole } from '../../identity/index.ts'
import { readPageQuery, toPage } from '../../../platform/http/page.ts'

/** A member of the workspace, in the form of the sales front-end's users. */
export const TeamMember = z
  .object({
    id: id.describe('Id of the user.'),
    name: z.string().describe('Display name.'),
    email: z.string().describe('E-mail address.'),
    role: z.enum(roles).describe("The member's role in the workspace."),
    avatar: z.string().nullable().describe('URL of the profile picture.'),
    last_active: instant.nullable().describe('When the member last sent a request.'),
    status: z
      .enum(['active', 'suspended'])
      .describe('`suspended` while a platform administrator has suspended the user.'),
    created_at: instant.describe('When the member joined.'),
    updated_at: instant.describe('When the membership last changed.'),
  })
  .meta({ id: 'TeamMember' })
export type TeamMember = z.output<typeof TeamMember>

const select = sql`
  select u.id, coalesce(u.full_name, u.display_name, u.username, u.email) as name, u.email, m.role, u.avatar_url as avatar,
         u.last_active_at as last_active, case when u.suspended_at is null then 'active' else 'suspended' end as status,
         m.created_at, u.updated_at
    from identity.members m join identity.users u on u.id = m.user_id`

const list = variants(
  'sales.list_team',
  (_, p: { before: string | null }, shape: { continued: boolean; rows: string }) =>
    sql<TeamMember>`
    ${select} ${shape.continued ? sql`where m.user_id < ${p.before}::uuid` : sql``}
     order by m.user_id desc limit ${sql.lit(Number(shape.rows))}`,
)

export async function listTeam(ctx: Ctx, query: { limit: number; cursor?: string | undefined }) {
  const { before, continued, rows } = readPageQuery(query)
  return toPage(await ctx.db.all(list({ continued, rows }), { before }), query.limit)
}

const find = statement(
  'sales.find_team_member',
  (_, p: { id: string }) => sql<TeamMember>`${select} where m.user_id = ${p.id}`,
)

export async function getTeamMember(ctx: Ctx, userId: string): Promise<TeamMember> {
  return (await ctx.db.maybe(find, { id: userId })) ?? missing('member')
}

/** Changes a member's role. Throws 403, 404, and 409 for the last owner. */
export async function changeTeamRole(ctx: Ctx, userId: string, role: Role): Promise<TeamMember> {
  // Outside a transaction `changeRole` would commit by itself.
  await transaction(ctx, (ctx) => changeRole(ctx, userId, role))
  return getTeamMember(ctx, userId)
}
