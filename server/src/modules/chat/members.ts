import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { only } from '../../platform/database/scope.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import { conflict, forbidden, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { type PageQuery, readPageQuery, toPage } from '../../platform/http/page.ts'
import { MemberChanged, MemberGone, MembersAdded } from './events.ts'
import { type ChatRole, type chatMember, maxMembers } from './schema.ts'

type Member = z.output<typeof chatMember>

const list = variants(
  'chat.members.list',
  (_, p: { chat_id: string; after: string | null }, shape: { rows: string; continued: boolean }) => sql<Member>`
    with page as materialized (
      select m.* from chat.members m
       where m.chat_id = ${p.chat_id} ${shape.continued ? sql`and m.user_id > ${p.after}` : sql``}
       order by m.user_id limit ${sql.lit(Number(shape.rows))}
    )
    select m.user_id, h.name, h.username, h.avatar_url, m.role, h.status, h.online, h.last_active_at as last_seen,
           m.read_number, greatest(m.delivered_number, m.read_number) as delivered_number, m.joined_at
      from page m join app.people(array(select user_id from page)) h on h.id = m.user_id
     order by m.user_id`,
)

/** Returns the members in the order of their ids. Throws 404. */
export async function listMembers(ctx: Ctx, chat_id: string, query: PageQuery) {
  const { before: after, continued, rows } = readPageQuery(query)
  const found = await ctx.db.all(list({ rows, continued }), { chat_id, after })
  if (found.length === 0 && !continued) missing('chat')
  return toPage(found, query.limit, ({ user_id }) => user_id)
}

const rank: Record<ChatRole, number> = { member: 0, admin: 1, owner: 2 }

interface Standing {
  type: 'dm' | 'group'
  my_role: ChatRole
  /** The role of the member concerned; null when the user is not a member. */
  role: ChatRole | null
  members: number
}
// Locks the row of the chat, so that two requests do not change its members at once.
const findStanding = statement(
  'chat.members.govern',
  (_, p: { chat_id: string; user_id: string | null }) => sql<Standing>`
    select c.type, me.role as my_role, them.role, (select count(*) from chat.members m where m.chat_id = c.id) as members
      from chat.chats c
      join chat.members me on me.chat_id = c.id and me.user_id = app.user_id()
      left join chat.members them on them.chat_id = c.id and them.user_id = ${p.user_id}::uuid
     where c.id = ${p.chat_id} for no key update of c`,
)

/** Returns the roles of the caller and the member. Throws 404, and 409 for a dm. */
async function standingIn(ctx: Ctx, chat_id: string, user_id: string | null): Promise<Standing> {
  const standing = (await ctx.db.maybe(findStanding, { chat_id, user_id })) ?? missing('chat')
  if (standing.type === 'dm')
    throw conflict('not_a_group', 'The members of a dm cannot change. Hide the chat, or block the other person.')
  return standing
}

const add = statement(
  'chat.members.add',
  (_, p: { chat_id: string; user_ids: string[] }) => sql<{ user_id: string }>`
    insert into chat.members (chat_id, user_id, read_number, delivered_number)
    select c.id, r, c.last_number, c.last_number
      from chat.chats c cross join app.reachable(${p.user_ids}::uuid[]) r
     where c.id = ${p.chat_id}
    on conflict do nothing returning user_id`,
)
const countMembers = statement(
  'chat.members.count',
  (_, p: { chat_id: string; user_ids: string[] }) => sql<{ present: number }>`
    select count(*) as present from chat.members where chat_id = ${p.chat_id} and user_id = any (${p.user_ids}::uuid[])`,
)

/** For the owner and admins. New members see earlier messages too. Throws 404, 403, and 409 when the group is full. */
export async function addMembers(ctx: Ctx, chat_id: string, memberIds: string[]): Promise<void> {
  const { my_role, members } = await standingIn(ctx, chat_id, null)
  if (my_role === 'member') throw forbidden('Only the owner and admins of a group can add members.')
  const user_ids = [...new Set(memberIds.map((id) => id.toLowerCase()))]
  if (members + user_ids.length > maxMembers) throw conflict('group_full', `A group has at most ${maxMembers} members.`)
  const [added, counted] = await ctx.db.together([
    add.call({ chat_id, user_ids }),
    countMembers.call({ chat_id, user_ids }),
  ])
  if (only(counted).present < user_ids.length) missing('person')
  if (added.length > 0) emit(ctx, MembersAdded, { chat_id, user_ids: added.map(({ user_id }) => user_id) })
}

const remove = statement('chat.members.remove', (db, p: { chat_id: string; user_id: string }) =>
  db.deleteFrom('chat.members').where('chat_id', '=', p.chat_id).where('user_id', '=', p.user_id),
)

/** For a member of a higher role. Throws 404, 403. */
export async function removeMember(ctx: Ctx, chat_id: string, user_id: string): Promise<void> {
  const { my_role, role } = await standingIn(ctx, chat_id, user_id)
  if (!role) return missing('member')
  if (rank[my_role] <= rank[role]) throw forbidden('Your role in this group does not allow this.')
  emit(ctx, MemberGone, { chat_id, user_id })
  await ctx.db.all(remove, { chat_id, user_id })
}

const setRole = statement('chat.members.set_role', (db, p: { chat_id: string; user_id: string; role: string }) =>
  db
    .updateTable('chat.members')
    .set({ role: p.role })
    .where('chat_id', '=', p.chat_id)
    .where('user_id', '=', p.user_id),
)

/** Members can give a role up to their own, and only to members of a lower role. Throws 404, 403. */
export async function changeMemberRole(ctx: Ctx, chat_id: string, user_id: string, role: ChatRole): Promise<void> {
  const standing = await standingIn(ctx, chat_id, user_id)
  if (!standing.role) return missing('member')
  const { my_role } = standing
  const above = rank[my_role] > rank[standing.role] && my_role !== 'member'
  if (!above || rank[role] > rank[my_role]) throw forbidden('Your role in this group does not allow this.')
  emit(ctx, MemberChanged, { chat_id, user_id, role })
  await ctx.db.all(setRole, { chat_id, user_id, role })
}

const leave = statement(
  'chat.members.leave',
  (_, p: { chat_id: string }) => sql<{ new_owner: string | null; deleted: boolean }>`
    select new_owner, deleted from app.leave_group(${p.chat_id})`,
)

const hide = statement('chat.members.hide', (db, p: { chat_id: string }) =>
  db
    .updateTable('chat.members')
    .set({ hidden: true })
    .where('chat_id', '=', p.chat_id)
    .where('user_id', '=', sql<string>`app.user_id()`),
)

/** Leaves a group. A dm cannot be left, so it is hidden. Throws 404. */
export async function removeChat(ctx: Ctx, chat_id: string): Promise<void> {
  const { type } = (await ctx.db.maybe(findStanding, { chat_id, user_id: null })) ?? missing('chat')
  if (type === 'group') await leaveGroup(ctx, chat_id)
  else await ctx.db.all(hide, { chat_id })
}

/** When the owner leaves, the longest-standing member becomes the owner, admins first. Throws 404, and 409 for a dm. */
export async function leaveChat(ctx: Ctx, chat_id: string): Promise<void> {
  await standingIn(ctx, chat_id, null)
  await leaveGroup(ctx, chat_id)
}

async function leaveGroup(ctx: Ctx, chat_id: string): Promise<void> {
  const { new_owner } = await ctx.db.one(leave, { chat_id })
  const { user_id } = await ctx.db.actor()
  emit(ctx, MemberGone, { chat_id, user_id: user_id as string })
  if (new_owner) emit(ctx, MemberChanged, { chat_id, user_id: new_owner, role: 'owner' })
}
