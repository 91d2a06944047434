import { sql } from 'kysely'
import { z } from 'zod'
import { type Scope, scopes } from '../../platform/access.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { emit } from '../../platform/events.ts'
import { job } from '../../platform/jobs.ts'
import { serverContext } from '../../platform/services.ts'
import { deliverPush } from './deliver.ts'
import { Notified } from './events.ts'
import { Notification } from './schema.ts'

export type Recipients = { userIds: readonly string[] } | { scope: Scope }

/**
 * Notifies these users, or the members of the current workspace whose role has the scope, over the socket and in all of
 * their subscribed browsers. `type` is `info` by default. Sent only if the current transaction commits.
 */
export function notify(
  ctx: Ctx,
  {
    title,
    message,
    type = 'info',
    url = null,
    ...to
  }: Recipients & Partial<Notification> & Pick<Notification, 'title' | 'message'>,
): Promise<void> {
  const notification: Notification = { title, message, type, url }
  const recipients = {
    user_ids: 'userIds' in to ? [...to.userIds] : null,
    scope: 'scope' in to ? to.scope : null,
  }
  return transaction(ctx, async (ctx) => {
    emit(ctx, Notified, { ...notification, ...recipients })
    await ctx.services.jobs.enqueue(ctx, pushNotification, { notification, ...recipients })
  })
}

const membersWith = statement(
  'notifications.members_with_roles',
  (_, p: { roles: readonly string[] }) => sql<{ user_id: string }>`
    select user_id from identity.members where workspace_id = app.workspace_id() and role = any (${p.roles})`,
)

const browsersOf = statement(
  'notifications.browsers.system',
  (_, p: { user_ids: string[] }) => sql<{ id: string }>`
    select id from notifications.push_subscriptions where user_id = any (${p.user_ids}::uuid[])`,
)

/** Finds the browsers of the recipients. Each gets a job of its own, so that a slow push service does not delay others. */
export const pushNotification = job({
  name: 'notifications.push',
  input: z.object({ notification: Notification, user_ids: z.array(z.uuid()).nullable(), scope: z.string().nullable() }),
  concurrency: 2,
  async run(ctx, { notification, user_ids, scope }) {
    const roles = scope === null ? [] : scopes[scope as Scope]
    const people = user_ids ?? (await ctx.db.all(membersWith, { roles })).map(({ user_id }) => user_id)
    const everywhere = serverContext(ctx.services, { workspaceId: null })
    const browsers = await everywhere.db.all(browsersOf, { user_ids: people })
    await transaction(ctx, async (ctx) => {
      for (const { id } of browsers) {
        await ctx.services.jobs.enqueue(ctx, deliverPush, { subscription_id: id, notification })
      }
    })
  },
})
