import { type RawBuilder, sql } from 'kysely'
import { fileUrl } from './file-url.ts'
import type { Message, messageInHistory } from './schema.ts'
import type { z } from 'zod'

/** A message as a query returns it for a member. */
export interface MessageRow extends Omit<Message, 'deleted' | 'file'> {
  file: { id: string; filename: string; mime_type: string; size_bytes: number } | null
  viewed: boolean
  deleted: boolean
}

const columnNames = [
  'id',
  'chat_id',
  'number',
  'sender_id',
  'type',
  'content',
  'file_id',
  'duration_ms',
  'reply_to',
  'visibility',
  'encrypted',
  'client_id',
  'expires_at',
  'created_at',
  'edited_at',
  'deleted_at',
]
/** The columns of `chat.messages m` that `presentMessages` needs. */
export const messageColumns = sql.join(columnNames.map((name) => sql.ref(`m.${name}`)))

/** Excludes expired messages that the cleanup job has not deleted yet. */
export const unexpired = sql`(m.expires_at is null or m.expires_at > now())`

/** Message `m` belongs to a dm in which one has blocked the other: neither can write. */
export const inBlockedDm = sql`exists (
  select from chat.chats d where d.id = m.chat_id and d.type = 'dm' and app.is_blocked(d.dm_low, d.dm_high))`
/** The error for both of them. */
export const blockedSentence = 'One of you has blocked the other.'

/** A time within JSON, in the format of all others. */
export const iso = (time: RawBuilder<unknown>) =>
  sql`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** Poll `p` as JSON, the same for every member. */
export const pollJson = sql`jsonb_build_object(
  'id', p.id, 'chat_id', p.chat_id, 'message_id', p.message_id, 'question', p.question,
  'options', (
    select jsonb_agg(jsonb_build_object('id', o.option ->> 'id', 'text', o.option ->> 'text', 'votes', v.votes,
             'voter_ids', case when not p.anonymous then v.voter_ids end) order by o.position)
      from jsonb_array_elements(p.options) with ordinality as o (option, position)
      cross join lateral (
        select count(*) as votes, coalesce(jsonb_agg(b.user_id order by b.voted_at), '[]') as voter_ids
          from chat.ballots b where b.poll_id = p.id and (o.option ->> 'id')::uuid = any (b.option_ids)) v),
  'multiple', p.multiple, 'anonymous', p.anonymous, 'closes_at', ${iso(sql`p.closes_at`)},
  'closed', coalesce(p.closes_at <= now(), false),
  'voters', (select count(*) from chat.ballots b where b.poll_id = p.id and b.option_ids <> '{}'),
  'created_by', p.created_by, 'created_at', ${iso(sql`p.created_at`)})`

/** The reactions to message `m` as a JSON list. */
export const reactionsJson = sql`coalesce((
  select jsonb_agg(jsonb_build_object('emoji', r.emoji, 'count', r.count, 'user_ids', r.user_ids) order by r.first, r.emoji)
    from (select emoji, count(*) as count, jsonb_agg(user_id order by created_at, user_id) as user_ids, min(created_at) as first
            from chat.reactions where message_id = m.id group by emoji) r), '[]')`

const newestInChat = sql`m.number desc`

// The planner does not know that a page is short. Arrays and laterals with a limit keep it from joining whole tables.
/**
 * Returns a query of messages with everything that is shown of them. `page` selects the rows (`messageColumns`) from a
 * table or an insert; `first` has the common table expressions that it needs.
 */
export const presentMessages = (
  page: RawBuilder<unknown>,
  { first, order = newestInChat }: { first?: RawBuilder<unknown>; order?: RawBuilder<unknown> } = {},
) => sql<MessageRow>`
  with ${first ? sql`${first},` : sql``} page as materialized (${page}),
  pointers as (
    select chat_id, min(read_number) as read, min(greatest(delivered_number, read_number)) as delivered
      from chat.members where chat_id = any (array(select chat_id from page)) group by chat_id
  ), senders as (
    select * from app.people(array(select sender_id from page))
  )
  select m.id, m.chat_id, m.number, m.sender_id, m.type, m.visibility, m.encrypted, m.client_id, m.expires_at,
         m.created_at, m.edited_at, m.reply_to, m.duration_ms, m.deleted_at is not null as deleted,
         jsonb_build_object('id', s.id, 'name', s.name, 'username', s.username, 'avatar_url', s.avatar_url) as sender,
         case when m.visibility <> 'view_once' then m.content end as content,
         case when m.visibility <> 'view_once' and f.id is not null then jsonb_build_object(
           'id', f.id, 'filename', f.filename, 'mime_type', f.mime_type, 'size_bytes', f.size_bytes) end as file,
         case when r.id is not null then jsonb_build_object('id', r.id, 'sender_id', r.sender_id, 'type', r.type,
           'content', case when r.visibility = 'everyone' and not r.encrypted then left(r.content, 200) end,
           'deleted', r.deleted_at is not null) end as reply,
         case when m.number <= p.read then 'read' when m.number <= p.delivered then 'delivered' else 'sent' end as status,
         ${reactionsJson} as reactions,
         case when m.type = 'poll' then (select ${pollJson} from chat.polls p where p.message_id = m.id) end as poll,
         m.visibility = 'view_once' and exists (
           select from chat.views v where v.message_id = m.id and v.user_id = app.user_id()) as viewed
    from page m
    join pointers p on p.chat_id = m.chat_id
    join senders s on s.id = m.sender_id
    left join lateral (select * from chat.files f where f.id = m.file_id limit 1) f on true
    left join lateral (
      select * from chat.messages r where r.id = m.reply_to and (r.expires_at is null or r.expires_at > now()) limit 1) r on true
   order by ${order}`

/** Returns the message as all members see it. */
export const toMessage = ({ file, ...row }: MessageRow): Message => ({
  ...row,
  file: file && { ...file, url: fileUrl(file) },
  deleted: false,
})

/** Returns the message as the caller sees it. A deleted message has only its id. */
export function toHistory(row: MessageRow): z.output<typeof messageInHistory> {
  return row.deleted ? { id: row.id, deleted: true } : { ...toMessage(row), viewed: row.viewed }
}
