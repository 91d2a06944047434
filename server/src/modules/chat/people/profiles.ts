import { type RawBuilder, sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { invalidField, missing } from '../../../platform/errors.ts'
import { getProfile, updateProfile } from '../../identity/index.ts'
import type { ChatProfile, ChatProfileChanges, PersonProfile, Presence } from './schema.ts'

type Shown = Pick<
  ChatProfile,
  | 'email_verified'
  | 'phone_verified'
  | 'status'
  | 'status_expires_at'
  | 'badges'
  | 'online'
  | 'last_active'
  | 'about'
  | 'pronouns'
>

const badges = (of: RawBuilder<unknown>) => sql`array_remove(array[
  case when ${of}.email_verified then 'email_verified' end, case when ${of}.phone_verified then 'phone_verified' end,
  case when ${of}.is_admin then 'admin' end, case when ${of}.is_affiliate then 'affiliate' end], null)`

const findPerson = statement(
  'chat.profiles.person',
  (_, p: { id: string }) => sql<PersonProfile & { presence: Presence['status'] }>`
    select h.id, h.id as user_id, h.name, h.display_name, h.username, h.avatar_url, h.about, h.pronouns, h.email_verified,
           h.phone_verified, h.status, h.status_expires_at, ${badges(sql`h`)} as badges, h.presence <> 'offline' as online,
           h.last_active_at as last_active, h.presence
      from app.person(${p.id}) h`,
)

const findShown = statement(
  'chat.profiles.shown',
  () => sql<Shown>`
    select s.text as status, s.expires_at as status_expires_at, h.online, h.last_active_at as last_active,
           u.email_verified, u.phone_verified, ${badges(sql`u`)} as badges, p.about, p.pronouns
      from identity.users u
      join app.people(array[app.user_id()]) h on h.id = u.id
      left join chat.profiles p on p.user_id = u.id
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
const describe = statement(
  'chat.profiles.describe',
  (_, p: { about: string | null; new_about: boolean; pronouns: string | null; new_pronouns: boolean }) => sql`
    insert into chat.profiles as own (about, pronouns) values (${p.about}, ${p.pronouns})
    on conflict (user_id) do update
      set about = case when ${p.new_about} then excluded.about else own.about end,
          pronouns = case when ${p.new_pronouns} then excluded.pronouns else own.pronouns end`,
)
const clearStatus = statement('chat.statuses.clear', (db) => db.deleteFrom('chat.statuses'))

export async function getMyProfile(ctx: Ctx): Promise<ChatProfile> {
  const { user_id } = await ctx.db.actor()
  const profile = await getProfile(ctx, user_id as string)
  return { ...profile, ...(await ctx.db.one(findShown, {})) }
}

/** Returns the part of a person's profile that those who know them see. Throws 404 for all others. */
export async function getPersonProfile(ctx: Ctx, id: string): Promise<PersonProfile> {
  return (await ctx.db.maybe(findPerson, { id })) ?? missing('person')
}

/** Returns whether a person known to the caller is online, and their status text. Throws 404. */
export async function getPresence(ctx: Ctx, id: string): Promise<Presence> {
  const { presence, ...person } = (await ctx.db.maybe(findPerson, { id })) ?? missing('person')
  return {
    user_id: person.id,
    status: presence,
    last_seen: person.last_active,
    text: person.status,
    text_expires_at: person.status_expires_at,
  }
}

/** Throws 409 when the username is taken, 400 for a status that has already expired. */
export async function updateMyProfile(ctx: Ctx, changes: ChatProfileChanges): Promise<ChatProfile> {
  const { status, status_expires_at, about, pronouns, ...identity } = changes
  if (status_expires_at && Date.parse(status_expires_at) <= ctx.now().getTime()) {
    throw invalidField('body.status_expires_at', 'Must be in the future.')
  }
  return transaction(ctx, async (ctx) => {
    const { user_id } = await ctx.db.actor()
    await updateProfile(ctx, user_id as string, identity)
    if (about !== undefined || pronouns !== undefined)
      await ctx.db.all(describe, {
        about: about ?? null,
        new_about: about !== undefined,
        pronouns: pronouns ?? null,
        new_pronouns: pronouns !== undefined,
      })
    if (status === null) await ctx.db.all(clearStatus, {})
    else if (status !== undefined) await ctx.db.all(setStatus, { text: status, expires_at: status_expires_at ?? null })
    else if (status_expires_at !== undefined) await ctx.db.all(setExpiry, { expires_at: status_expires_at })
    return getMyProfile(ctx)
  })
}
