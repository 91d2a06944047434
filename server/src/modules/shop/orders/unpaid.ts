import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { job } from '../../../platform/jobs.ts'
import { serverContext } from '../../../platform/services.ts'
import { changeStatus } from './change-status.ts'
import { type OrderRow, orderColumns } from './queries.ts'

const batchSize = 500

// Does not match an order that is paid, being paid, or whose status a member has changed.
const isUnpaid = sql`o.status = 'pending' and o.payment_status in ('pending', 'failed') and o.reserved_until <= now()`

interface Due {
  id: string
  workspace_id: string
  due_at: string
}

const findDue = statement(
  'shop.unpaid_orders.system',
  (_, p: { due_at: string; id: string }) => sql<Due>`
    select o.id, o.workspace_id, o.reserved_until::text as due_at from shop.orders o
     where ${isUnpaid} and (o.reserved_until, o.id) > (${p.due_at}::timestamptz, ${p.id}::uuid)
     order by o.reserved_until, o.id limit ${sql.lit(batchSize)}`,
)

const lockUnpaid = statement(
  'shop.lock_unpaid_order',
  (_, p: { id: string }) => sql<OrderRow>`
    select ${orderColumns} from shop.orders o where o.id = ${p.id} and ${isUnpaid} for update of o`,
)

const cancel = (ctx: Ctx, { id, workspace_id }: Due) =>
  transaction(serverContext(ctx.services, { workspaceId: workspace_id }), async (ctx) => {
    const order = await ctx.db.maybe(lockUnpaid, { id })
    if (order) await changeStatus(ctx, order, 'cancelled', 'not_paid_in_time')
  })

/** Every minute, cancels the public orders that were not paid in time and returns their stock. */
export const cancelUnpaidOrders = job({
  name: 'shop.cancel_unpaid_orders',
  input: z.object({}),
  schedule: '* * * * *',
  async run(ctx) {
    let last: Pick<Due, 'id' | 'due_at'> = { due_at: '-infinity', id: '00000000-0000-0000-0000-000000000000' }
    for (;;) {
      const due = await ctx.db.all(findDue, last)
      for (const order of due) {
        // A failure does not stop the other cancellations; the next run tries the order again.
        await cancel(ctx, order).catch((error: unknown) =>
          ctx.log.error({ err: error, order_id: order.id }, 'An unpaid order could not be cancelled.'),
        )
      }
      if (due.length < batchSize) return
      last = due.at(-1)!
    }
  },
})
