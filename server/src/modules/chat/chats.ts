import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement, variants } from '../../platform/database/statement.ts'
import { forbidden, invalidField, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { readPageQuery, toPage } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import { ChatChanged, MembersAdded } from './events.ts'
import { membersJson, membersOf } from './member-row.ts'
import { iso, unexpired } from './messages/row.ts'
import { unreadCount } from './messages/receipts.ts'
import type { Chat, ChatChanges, ChatQuery, NewChat } from './schema.ts'

const lastMessageJson = sql`(
  select case when m.deleted_at is not null then jsonb_build_object('id', m.id, 'deleted', true)
         else jsonb_build_object('id', m.id, 'number', m.number, 'sender_id', m.sender_id, 'type', m.type,
           'content', case when m.visibility <> 'view_once' then left(m.content, 500) end, 'visibility', m.visibility,
           'encrypted', m.encrypted, 'created_at', ${iso(sql`m.created_at`)}, 'deleted', false) end
    from chat.messages m where m.chat_id = c.id and ${unexpired} order by m.number desc limit 1)`

type ChatRow = Chat & { activity_id: string }

/** The caller's chats as they see them. `where` selects from their memberships `m` and the chats `c`. */
const presentChats = (where: RawBuilder<unknown>, membersShown: number, rows: number) => sql<ChatRow>`
  with page as materialized (
    select c.*, m.role, m.archived, m.hidden, ${unreadCount} as unread_count
      from chat.members m join chat.chats c on c.id = m.chat_id
     where m.user_id = app.user_id() and ${where}
     order by c.activity_id desc limit ${sql.lit(rows)}
  ), ${membersOf(membersShown)}
  select c.id, c.type, c.created_by, c.role, c.archived, c.hidden, c.unread_count, c.created_at, c.updated_at, c.activity_id,
         coalesce(c.name, other.name) as name, coalesce(c.avatar_url, other.avatar_url) as avatar_url,
         (select count(*) from chat.members m where m.chat_id = c.id) as member_count,
         (select ${membersJson} from member_rows m where m.chat_id = c.id) as members,
         ${lastMessageJson} as last_message
    from page c
    left join member_rows other on c.type = 'dm' and other.chat_id = c.id and other.user_id <> app.user_id()
   order by c.activity_id desc`

const membersInList = 5
const membersInChat = 1000

const list = variants(
  'chat.chats.list',
  (
    _,
    p: { archived: boolean | null; hidden: boolean | null; before: string | null },
    shape: { rows: string; continued: boolean },
  ) =>
    presentChats(
      sql`m.archived = coalesce(${p.archived}::boolean, m.archived) and m.hidden = coalesce(${p.hidden}::boolean, m.hidden)
          ${shape.continued ? sql`and c.activity_id < ${p.before}` : sql``}`,
      membersInList,
      Number(shape.rows),
    ),
)
const find = statement('chat.chats.find', (_, p: { id: string }) =>
  presentChats(sql`m.chat_id = ${p.id}`, membersInChat, 1),
)

/** Returns the caller's chats, the one with the newest message first. Archived and hidden chats only on request. */
export async function listChats(ctx: Ctx, query: ChatQuery) {
  const { archived = false, hidden = false } = query
  const { before, continued, rows } = readPageQuery(query)
  const found = await ctx.db.all(list({ rows, continued }), { archived, hidden, before })
  return toPage(found, query.limit, ({ activity_id }) => activity_id)
}

export const getChat = async (ctx: Ctx, id: string): Promise<Chat> =>
  (await ctx.db.maybe(find, { id })) ?? missing('chat')

const openDm = statement(
  'chat.chats.open_dm',
  (_, p: { id: string; other: string }) => sql<{ chat_id: string; created: boolean }>`
    select chat_id, created from app.open_dm(${p.id}, ${p.other})`,
)
const createGroup = statement(
  'chat.chats.create_group',
  (_, p: { id: string; name: string; avatar_url: string | null; others: string[] }) => sql`
    select app.create_group(${p.id}, ${p.name}, ${p.avatar_url}, ${p.others}::uuid[])`,
)

/**
 * Returns the existing dm if there is one. Throws 404 for a user that the caller cannot reach: one of them has blocked the
 * other, or they share no workspace and no chat and the caller has not found them by an exact search in the last 30 days.
 */
export async function createChat(ctx: Ctx, input: NewChat): Promise<{ chat: Chat; created: boolean }> {
  const { user_id } = await ctx.db.actor()
  const me = user_id as string
  const others = [...new Set(input.member_ids.map((id) => id.toLowerCase()))].filter((id) => id !== me)
  const id = newId()
  const opened =
    input.type === 'dm'
      ? await ctx.db.one(openDm, { id, other: otherOf(others) })
      : await openGroup(ctx, { id, name: nameOf(input), avatar_url: input.avatar_url ?? null, others })
  if (opened.created) emit(ctx, MembersAdded, { chat_id: opened.chat_id, user_ids: [me, ...others] })
  return { chat: await getChat(ctx, opened.chat_id), created: opened.created }
}

async function openGroup(ctx: Ctx, group: { id: string; name: string; avatar_url: string | null; others: string[] }) {
  await ctx.db.all(createGroup, group)
  return { chat_id: group.id, created: true }
}

function otherOf([other, ...more]: string[]): string {
  if (!other || more.length > 0) throw invalidField('body.member_ids', 'A dm needs exactly one other person.')
  return other
}

function nameOf({ name }: NewChat): string {
  if (!name) throw invalidField('body.name', 'Give the group a name.')
  return name
}

const changeMine = statement(
  'chat.members.change_mine',
  (_, p: { chat_id: string; archived: boolean | null; hidden: boolean | null }) => sql<{ type: string; role: string }>`
    update chat.members m set archived = coalesce(${p.archived}, m.archived), hidden = coalesce(${p.hidden}, m.hidden)
      from chat.chats c
     where m.chat_id = ${p.chat_id} and m.user_id = app.user_id() and c.id = m.chat_id returning c.type, m.role`,
)
const changeGroup = statement(
  'chat.chats.change',
  (_, p: { id: string; name: string | null; avatar_url: string | null; new_avatar: boolean }) => sql<{
    name: string
    avatar_url: string | null
  }>`
    update chat.chats c
       set name = coalesce(${p.name}, c.name), updated_at = now(),
           avatar_url = case when ${p.new_avatar} then ${p.avatar_url} else c.avatar_url end
     where c.id = ${p.id} returning c.name, c.avatar_url`,
)

/**
 * `archived` and `hidden` apply to the caller alone. The owner and admins of a group change its name and picture. Throws
 * 404, 403, 400.
 */
export async function updateChat(ctx: Ctx, id: string, changes: ChatChanges): Promise<Chat> {
  const { name, avatar_url, archived = null, hidden = null } = changes
  const { type, role } = (await ctx.db.maybe(changeMine, { chat_id: id, archived, hidden })) ?? missing('chat')
  if (name !== undefined || avatar_url !== undefined) {
    if (type === 'dm')
      throw invalidField('body.name', 'A dm has the name and picture of the other person. They cannot be changed.')
    if (role === 'member') throw forbidden('Only the owner and admins of a group can change its name and picture.')
    const changed = await ctx.db.one(changeGroup, {
      id,
      name: name ?? null,
      avatar_url: avatar_url ?? null,
      new_avatar: avatar_url !== undefined,
    })
    emit(ctx, ChatChanged, { chat_id: id, ...changed })
  }
  return getChat(ctx, id)
}
