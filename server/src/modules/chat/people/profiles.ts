import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { invalidField } from '../../../platform/errors.ts'
import { getProfile, updateProfile } from '../../identity/index.ts'
import type { ChatProfile, ChatProfileChanges } from './schema.ts'

type Shown = Pick<
  ChatProfile,
  'email_verified' | 'phone_verified' | 'status' | 'status_expires_at' | 'badges' | 'online' | 'last_active'
>

const findShown = statement(
  'chat.profiles.shown',
  () => sql<Shown>`
    select s.text as status, s.expires_at as status_expires_at, h.online, h.last_active_at as last_active,
           u.email_verified, u.phone_verified,
           array_remove(array[
             case when u.email_verified then 'email_verified' end, case when u.phone_verified then 'phone_verified' end,
             case when u.is_admin then 'admin' end, case when u.is_affiliate then 'affiliate' end], null) as badges
      from identity.users u
      join app.people(array[app.user_id()]) h on h.id = u.id
      left join chat.statuses s on s.user_id = u.id and (s.expires_at is null or s.expires_at > now())
     where u.id = app.user_id()`,
)
const setStatus = statement(
  'chat.statuses.set',
  (_, p: { text: string; expires_at: string | null }) => sql`
    insert into chat.statuses (text, expires_at) values (${p.text}, ${p.expires_at})
    on conflict (user_id) do update set text = excluded.text, expires_at = excluded.expires_at`,
)
const setExpiry = statement('chat.statuses.set_expiry', (db, p: { expires_at: string | null }) =>
  db.updateTable('chat.statuses').set({ expires_at: p.expires_at }),
)
const clearStatus = statement('chat.statuses.clear', (db) => db.deleteFrom('chat.statuses'))

export async function getMyProfile(ctx: Ctx): Promise<ChatProfile> {
  const { user_id } = await ctx.db.actor()
  const profile = await getProfile(ctx, user_id as string)
  return { ...profile, ...(await ctx.db.one(findShown, {})) }
}

/** Throws 409 when the username is taken, 400 for a status that has already expired. */
export async function updateMyProfile(ctx: Ctx, changes: ChatProfileChanges): Promise<ChatProfile> {
  const { status, status_expires_at, ...identity } = changes
  if (status_expires_at && Date.parse(status_expires_at) <= ctx.now().getTime()) {
    throw invalidField('body.status_expires_at', 'Must be in the future.')
  }
  return transaction(ctx, async (ctx) => {
    const { user_id } = await ctx.db.actor()
    await updateProfile(ctx, user_id as string, identity)
    if (status === null) await ctx.db.all(clearStatus, {})
    else if (status !== undefined) await ctx.db.all(setStatus, { text: status, expires_at: status_expires_at ?? null })
    else if (status_expires_at !== undefined) await ctx.db.all(setExpiry, { expires_at: status_expires_at })
    return getMyProfile(ctx)
  })
}
