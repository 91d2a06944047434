import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import type { ProfileChanges } from './schema.ts'
import { takenOr } from './sign-up.ts'

export interface Profile {
  id: string
  user_id: string
  email: string
  full_name: string | null
  display_name: string | null
  username: string | null
  phone: string | null
  avatar_url: string | null
  company_name: string | null
  is_admin: boolean
  is_affiliate: boolean
  created_at: string
  updated_at: string
}

const columns = sql`u.id, u.id as user_id, u.email, u.full_name, u.display_name, u.username, u.phone, u.avatar_url,
  u.company_name, u.is_admin, u.is_affiliate, u.created_at, u.updated_at`

const find = statement(
  'identity.profiles.find',
  (_, p: { id: string }) => sql<Profile>`
    select ${columns} from identity.users u
     where u.id = ${p.id}
       and (u.id = app.user_id()
            or app.member_role() in ('owner', 'admin')
               and exists (select from identity.members m where m.workspace_id = app.workspace_id() and m.user_id = u.id))`,
)

const changeable = ['full_name', 'company_name', 'display_name', 'username', 'phone', 'avatar_url'] as const

// Columns are listed, because the password hash must not be readable.
const changes = sql.join(
  changeable.map((name) => {
    const column = sql.ref(name)
    const key = sql.lit(name)
    return sql`${column} = case when changed.fields ? ${key} then changed.fields ->> ${key} else u.${column} end`
  }),
)

const update = statement(
  'identity.profiles.update',
  (_, p: { id: string; changes: string }) => sql<Profile>`
    update identity.users u
       set ${changes}, phone_verified = u.phone_verified and not changed.fields ? 'phone'
      from (select ${p.changes}::jsonb as fields) changed
     where u.id = ${p.id} and u.id = app.user_id()
    returning ${columns}`,
)

const makeAffiliate = statement(
  'identity.profiles.make_affiliate',
  (_, p: { id: string }) => sql<{ id: string }>`
    update identity.users u set is_affiliate = true where u.id = ${p.id} and u.id = app.user_id() returning u.id`,
)

/** Returns the caller's profile, or for owners and admins a member's. Throws 404. */
export const getProfile = async (ctx: Ctx, id: string): Promise<Profile> =>
  (await ctx.db.maybe(find, { id })) ?? missing('profile')

/** Changes the caller's profile. Throws 404, or 409 when the username is taken. */
export async function updateProfile(ctx: Ctx, id: string, changes: ProfileChanges): Promise<Profile> {
  try {
    return (await ctx.db.maybe(update, { id, changes: JSON.stringify(changes) })) ?? missing('profile')
  } catch (error) {
    throw takenOr(error)
  }
}

export async function becomeAffiliate(ctx: Ctx, id: string): Promise<void> {
  if (!(await ctx.db.maybe(makeAffiliate, { id }, { commit: true }))) missing('profile')
}
