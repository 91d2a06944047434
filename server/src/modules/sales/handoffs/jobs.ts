import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { emit } from '../../../platform/events.ts'
import { job } from '../../../platform/jobs.ts'
import { serverContext } from '../../../platform/services.ts'
import { HandoffExpired } from '../events.ts'

const overdue = statement(
  'sales.overdue_handoffs.system',
  () =>
    sql<{ workspace_id: string }>`
    select distinct workspace_id from sales.handoffs where status = 'pending' and expires_at <= now() limit 1000`,
)

const expire = statement(
  'sales.expire_handoffs',
  () =>
    sql<{ id: string; prospect_id: string; assigned_to: string | null }>`
    update sales.handoffs set status = 'expired'
     where id in (select id from sales.handoffs where status = 'pending' and expires_at <= now() limit 500 for update skip locked)
    returning id, prospect_id, assigned_to`,
)

/** Every minute, expires the handoffs that were not claimed in time and emits their events. */
export const expireHandoffs = job({
  name: 'sales.expire_handoffs',
  input: z.object({}),
  schedule: '* * * * *',
  async run(ctx: Ctx) {
    for (const { workspace_id } of await ctx.db.all(overdue, {})) {
      await transaction(serverContext(ctx.services, { workspaceId: workspace_id }), async (ctx) => {
        for (const { id, prospect_id, assigned_to } of await ctx.db.all(expire, {})) {
          emit(ctx, HandoffExpired, { handoff_id: id, prospect_id, assigned_to, by: null })
        }
      })
    }
  },
})
