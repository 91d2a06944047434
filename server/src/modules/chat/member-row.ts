import { sql } from 'kysely'
import { iso } from './messages/row.ts'

/** `member_rows`: the first members of the chats in `page`, with the parts of their profile that others see. */
export const membersOf = (count: number) => sql`
  shown as (
    select x.* from page p cross join lateral (
      select m.chat_id, m.user_id, m.role, m.joined_at, m.read_number,
             greatest(m.delivered_number, m.read_number) as delivered_number
        from chat.members m where m.chat_id = p.id order by m.user_id limit ${sql.lit(count)}) x
  ), member_rows as materialized (
    select s.*, h.name, h.username, h.avatar_url, h.status, h.online, h.last_active_at
      from shown s join app.people(array(select distinct user_id from shown)) h on h.id = s.user_id
  )`

/** `member_rows m` as a JSON list. */
export const membersJson = sql`jsonb_agg(jsonb_build_object(
  'user_id', m.user_id, 'name', m.name, 'username', m.username, 'avatar_url', m.avatar_url, 'role', m.role,
  'status', m.status, 'online', m.online, 'last_seen', ${iso(sql`m.last_active_at`)}, 'read_number', m.read_number,
  'delivered_number', m.delivered_number, 'joined_at', ${iso(sql`m.joined_at`)}) order by m.user_id)`
