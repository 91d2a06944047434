import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { missing } from '../../../platform/errors.ts'
import { getOrderForPayment } from '../orders/payment-status.ts'
import type { ProviderName } from './schema.ts'
import type { PaymentState } from './transitions.ts'

export interface PaymentRow {
  id: string
  workspace_id: string
  order_id: string
  provider: ProviderName
  provider_ref: string | null
  capture_ref: string | null
  currency: string
  amount_minor: number
  refund_reserved_minor: number
  refunded_minor: number
  status: PaymentState
  created_at: string
  updated_at: string
}

export const paymentColumns = sql`id, workspace_id, order_id, provider, provider_ref, capture_ref, currency, amount_minor,
  refund_reserved_minor, refunded_minor, status, created_at, updated_at`

const find = statement(
  'shop.find_payment',
  (_, p: { id: string }) => sql<PaymentRow>`select ${paymentColumns} from shop.payments where id = ${p.id}`,
)

/** Returns a payment. Throws 404. */
export async function getPayment(ctx: Ctx, id: string): Promise<PaymentRow> {
  return (await ctx.db.maybe(find, { id })) ?? missing('payment')
}

/**
 * Runs `work` in a transaction with a lock on the payment's order, so changes to the payments of one order are serialized.
 * Throws 404.
 */
export function withPayment<T>(ctx: Ctx, id: string, work: (ctx: Ctx, payment: PaymentRow) => Promise<T>): Promise<T> {
  return transaction(ctx, async (ctx) => {
    const { order_id } = await getPayment(ctx, id)
    await getOrderForPayment(ctx, order_id)
    return work(ctx, await getPayment(ctx, id))
  })
}
