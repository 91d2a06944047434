import { sql } from 'kysely'
import { statement } from '../../../platform/database/statement.ts'
import { newId } from '../../../platform/id.ts'
import { type Services, serverContext } from '../../../platform/services.ts'
import type { PresenceTracker } from '../../../platform/sockets/audience.ts'
import { chatTopic } from '../events.ts'

/** A user who reconnects within this time stays online. */
const graceMs = 5_000
const refreshMs = 30_000
/** The presence rows of a crashed node expire after this time. */
const ttlSeconds = 90
/** Presence is published to this many chats of the user, those with the newest messages. */
const maxChats = 100

type PresenceState = 'online' | 'away' | 'offline'

interface PresenceKey {
  user_id: string
  node_id: string
}
const setOnline = statement(
  'chat.presence.arrive.system',
  (_, p: PresenceKey) => sql`
    insert into chat.presence (user_id, node_id, online_until)
    values (${p.user_id}, ${p.node_id}, now() + make_interval(secs => ${sql.lit(ttlSeconds)}))
    on conflict (user_id, node_id) do update set online_until = excluded.online_until, away = false`,
)
// The row stays: it has the time at which the user was last seen.
const setOffline = statement(
  'chat.presence.leave.system',
  (_, p: PresenceKey) => sql`
    with other as (
      delete from chat.presence where user_id = ${p.user_id} and node_id <> ${p.node_id} and online_until < now()
    )
    update chat.presence set online_until = now() where user_id = ${p.user_id} and node_id = ${p.node_id}`,
)
const stayOnline = statement(
  'chat.presence.stay.system',
  (_, p: { node_id: string; user_ids: string[] }) => sql`
    update chat.presence set online_until = now() + make_interval(secs => ${sql.lit(ttlSeconds)})
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

interface PresenceUpdate {
  chat_ids: string[]
  state: PresenceState
  last_seen: string | null
}
// All members of a chat share one topic, so presence is not published to a chat in which a member has blocked the user or is
// blocked by them. The members can still read it from the API.
const findUpdate = statement(
  'chat.presence.update.system',
  (_, p: { user_id: string }) => sql<PresenceUpdate>`
    select array(
             select c.id from chat.members m join chat.chats c on c.id = m.chat_id
              where m.user_id = ${p.user_id} and not exists (
                select from chat.blocks b
                  join chat.members o on o.chat_id = c.id
                   and o.user_id = case b.user_id when m.user_id then b.blocked_id else b.user_id end
                 where m.user_id in (b.user_id, b.blocked_id))
              order by c.activity_id desc limit ${sql.lit(maxChats)}) as chat_ids,
           case when bool_or(p.online_until > now() and not p.away) then 'online'
                when bool_or(p.online_until > now()) then 'away' else 'offline' end as state,
           least(max(p.online_until), now()) as last_seen
      from chat.presence p where p.user_id = ${p.user_id}`,
)

/** Publishes the presence of the user, combined over all nodes, to the members of their chats. */
async function publishPresence(services: Services, user_id: string): Promise<void> {
  const { chat_ids, state, last_seen } = await serverContext(services, { workspaceId: null }).db.one(findUpdate, {
    user_id,
  })
  services.live.publish(chat_ids.map(chatTopic), 'presence', { user_id, status: state, last_seen })
}

/** Sets a connected user to away, or back to online. */
export async function setPresence(services: Services, user_id: string, away: boolean): Promise<void> {
  await serverContext(services, { workspaceId: null }).db.all(setAway, { user_id, away })
  await publishPresence(services, user_id)
}

/** Tracks the users connected to this node, and publishes when they connect and disconnect. */
export function createPresence(services: Services): PresenceTracker {
  const node_id = newId()
  const ctx = serverContext(services, { workspaceId: null })
  const here = new Set<string>()
  const leaving = new Map<string, NodeJS.Timeout>()
  let work: Promise<unknown> = Promise.resolve()

  /** Runs one task after the other, so that connecting and disconnecting are stored in their order. */
  const inTurn = (task: () => Promise<unknown>) => {
    work = work.then(task).catch((error: unknown) => {
      services.log.warn({ err: error }, 'The presence of a user could not be stored. The next change corrects it.')
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
        await ctx.db.all(setOnline, { user_id, node_id })
        await publishPresence(services, user_id)
      })
    },
    left(user_id) {
      const leave = () => {
        leaving.delete(user_id)
        here.delete(user_id)
        inTurn(async () => {
          await ctx.db.all(setOffline, { user_id, node_id })
          await publishPresence(services, user_id)
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
