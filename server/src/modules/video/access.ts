import { sql } from 'kysely'
import { z } from 'zod'
import { transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { job } from '../../platform/jobs.ts'
import { subscriber } from '../../platform/outbox/subscriber.ts'
import { serverContext } from '../../platform/services.ts'
import { MemberGone } from '../chat/events.ts'
import { MemberRemoved, SessionRevoked } from '../identity/events.ts'
import { lockCall, run, emitCall } from './call-state.ts'
import { CallChanged } from './events.ts'
import { disconnectParticipant } from './provider-jobs.ts'
import { tokenSeconds } from './tokens.ts'

// A provider renews the tokens of connected participants, so a removed one can reconnect with an old token. They are
// disconnected again until the last token of the call has expired.
const findWithoutAccess = statement(
  'video.participants.without_access.system',
  () => sql<{ call_id: string; user_id: string }>`
    select c.id as call_id, p.user_id
      from video.calls c join video.participants p on p.call_id = c.id join identity.users u on u.id = p.user_id
     where c.status in ('ringing', 'accepted')
       and (p.state = 'joined'
            or c.provider <> 'mesh' and p.state = 'left' and p.left_at > now() - make_interval(secs => ${sql.lit(tokenSeconds)}))
       and (u.suspended_at is not null
            or c.chat_id is not null
               and not exists (select from chat.members m where m.chat_id = c.chat_id and m.user_id = p.user_id)
            or c.workspace_id is not null
               and not exists (select from identity.members m where m.workspace_id = c.workspace_id and m.user_id = p.user_id))
     limit 500`,
)
const leave = statement(
  'video.participants.remove.system',
  (_, p: { call_id: string; user_id: string }) => sql<{ joined: number }>`
    with removed as (
      update video.participants set state = 'left', left_at = now()
       where call_id = ${p.call_id} and user_id = ${p.user_id} and state = 'joined' returning user_id
    )
    select (select count(*) from video.participants where call_id = ${p.call_id} and state = 'joined')::int - 1 as joined
      from removed`,
)

/**
 * Removes users from calls of chats and workspaces of which they are no longer members. Runs when a member is removed, and
 * every minute, since a removed user can reconnect with an old token of the provider.
 */
export const removeWithoutAccess = job({
  name: 'video.remove_without_access',
  input: z.object({}),
  schedule: '* * * * *',
  async run({ services }) {
    const everywhere = serverContext(services, { workspaceId: null })
    for (const { call_id, user_id } of await everywhere.db.all(findWithoutAccess, {})) {
      await transaction(everywhere, async (ctx) => {
        const call = await lockCall(ctx, call_id)
        if (call.status !== 'ringing' && call.status !== 'accepted') return
        if (call.provider !== 'mesh') await services.jobs.enqueue(ctx, disconnectParticipant, { call_id, user_id })
        const left = await ctx.db.maybe(leave, { call_id, user_id })
        if (left && left.joined > 1) await emitCall(ctx, call_id, CallChanged)
        else if (left) await run(ctx, call, 'hang_up')
      })
    }
  },
})

export const watchAccess = subscriber({
  name: 'video.watch_access',
  types: [MemberRemoved, MemberGone, SessionRevoked],
  async handle(ctx, { data }) {
    if ('reason' in data && data.reason !== 'suspended' && data.reason !== 'account_deleted') return
    await ctx.services.jobs.enqueue(ctx, removeWithoutAccess, {})
  },
})
