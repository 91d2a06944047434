import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import { newId } from '../../../platform/id.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import type { PresenceTracker } from '../../../platform/sockets/audience.ts'
import { chatTopic } from '../events.ts'

/** A client that comes back within this time was never away. */
const graceMs = 5_000
const refreshMs = 30_000
/** What a node that died says about its users is believed this long. */
const believedSeconds = 90
/** The chats with the newest messages whose members are told. */
const chatsTold = 100

type PresenceState = 'online' | 'away' | 'offline'

interface At {
  user_id: string
  node_id: string
}
const noteArrival = statement(
  'chat.presence.arrive.system',
  (_, p: At) => sql`
    insert into chat.presence (user_id, node_id, online_until)
    values (${p.user_id}, ${p.node_id}, now() + make_interval(secs => ${sql.lit(believedSeconds)}))
    on conflict (user_id, node_id) do update set online_until = excluded.online_until, away = false`,
)
// The row stays as the time at which they were last seen.
const noteLeaving = statement(
  'chat.presence.leave.system',
  (_, p: At) => sql`
    with other as (
      delete from chat.presence where user_id = ${p.user_id} and node_id <> ${p.node_id} and online_until < now()
    )
    update chat.presence set online_until = now() where user_id = ${p.user_id} and node_id = ${p.node_id}`,
)
const stayOnline = statement(
  'chat.presence.stay.system',
  (_, p: { node_id: string; user_ids: string[] }) => sql`
    update chat.presence set online_until = now() + make_interval(secs => ${sql.lit(believedSeconds)})
     where node_id = ${p.node_id} and user_id = any (${p.user_ids}::uuid[])`,
)
const leaveAll = statement(
  'chat.presence.leave_all.system',
  (_, p: { node_id: string }) => sql`
    update chat.presence set online_until = now() where node_id = ${p.node_id} and online_until > now()`,
)
const setAway = statement(
  'chat.presence.away.system',
  (_, p: { user_id: string; away: boolean }) => sql`
    update chat.presence set away = ${p.away} where user_id = ${p.user_id} and online_until > now()`,
)

interface Told {
  chat_ids: string[]
  state: PresenceState
  last_seen: string | null
}
// A chat is one topic, so one with somebody on the other side of a block is not told at all; its members still ask.
const findTold = statement(
  'chat.presence.told.system',
  (_, p: { user_id: string }) => sql<Told>`
    select array(
             select c.id from chat.members m join chat.chats c on c.id = m.chat_id
              where m.user_id = ${p.user_id} and not exists (
                select from chat.blocks b
                  join chat.members o on o.chat_id = c.id
                   and o.user_id = case b.user_id when m.user_id then b.blocked_id else b.user_id end
                 where m.user_id in (b.user_id, b.blocked_id))
              order by c.activity_id desc limit ${sql.lit(chatsTold)}) as chat_ids,
           case when bool_or(p.online_until > now() and not p.away) then 'online'
                when bool_or(p.online_until > now()) then 'away' else 'offline' end as state,
           least(max(p.online_until), now()) as last_seen
      from chat.presence p where p.user_id = ${p.user_id}`,
)

/** Tells those who share a chat with the user how they are now, as the whole installation knows it. */
async function tell(services: Services, user_id: string): Promise<void> {
  const { chat_ids, state, last_seen } = await serverContext(services, { workspaceId: null }).db.one(findTold, {
    user_id,
  })
  services.live.publish(chat_ids.map(chatTopic), 'presence', { user_id, status: state, last_seen })
}

/** What somebody says of themselves while they are here. */
export async function sayAway(services: Services, user_id: string, away: boolean): Promise<void> {
  await serverContext(services, { workspaceId: null }).db.all(setAway, { user_id, away })
  await tell(services, user_id)
}

/** Keeps who is at this node, and tells their chats when they come and go. */
export function createPresence(services: Services): PresenceTracker {
  const node_id = newId()
  const ctx = serverContext(services, { workspaceId: null })
  const here = new Set<string>()
  const leaving = new Map<string, NodeJS.Timeout>()
  let work: Promise<unknown> = Promise.resolve()

  /** One after the other, so that coming and going are noted in their order. */
  const inTurn = (what: () => Promise<unknown>) => {
    work = work.then(what).catch((error: unknown) => {
      services.log.warn({ err: error }, 'Who is online could not be noted; it shows with the next change.')
    })
  }

  const refresh = setInterval(() => {
    if (here.size > 0) inTurn(() => ctx.db.all(stayOnline, { node_id, user_ids: [...here] }))
  }, refreshMs)

  return {
    arrived(user_id) {
      clearTimeout(leaving.get(user_id))
      leaving.delete(user_id)
      if (here.has(user_id)) return
      here.add(user_id)
      inTurn(async () => {
        await ctx.db.all(noteArrival, { user_id, node_id })
        await tell(services, user_id)
      })
    },
    left(user_id) {
      const leave = () => {
        leaving.delete(user_id)
        here.delete(user_id)
        inTurn(async () => {
          await ctx.db.all(noteLeaving, { user_id, node_id })
          await tell(services, user_id)
        })
      }
      leaving.set(user_id, setTimeout(leave, graceMs))
    },
    async stop() {
      clearInterval(refresh)
      for (const timer of leaving.values()) clearTimeout(timer)
      if (here.size > 0) inTurn(() => ctx.db.all(leaveAll, { node_id }))
      await work
    },
  }
}
