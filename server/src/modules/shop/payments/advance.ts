import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { type Call, statement } from '../../../platform/database/statement.ts'
import { newId } from '../../../platform/id.ts'
import { setOrderPaymentStatus } from '../orders/payment.ts'
import type { PaymentStatus } from '../transitions.ts'
import { posting } from './ledger.ts'
import { getPayment, type PaymentRow } from './payment-row.ts'
import { orderFollows, type PaymentSignal, paymentTransitions } from './transitions.ts'

const logEvent = statement(
  'shop.log_payment_event',
  (_, p: { id: string; payment_id: string; kind: string; before: string; after: string; details: string }) => sql`
    insert into shop.payment_events (id, payment_id, kind, before, after, details)
    values (${p.id}, ${p.payment_id}, ${p.kind}, ${p.before}, ${p.after}, ${p.details}::jsonb)`,
)

/** What happened to a payment, in a word, and what is worth knowing about it. */
export interface PaymentFact {
  kind: string
  details?: Record<string, unknown>
}

export const logged = ({ id, status }: PaymentRow, { kind, details = {} }: PaymentFact, after = status): Call =>
  logEvent.call({ id: newId(), payment_id: id, kind, before: status, after, details: JSON.stringify(details) })

const setStatus = statement(
  'shop.set_payment_status',
  (_, p: { id: string; status: PaymentStatus }) =>
    sql`update shop.payments set status = ${p.status} where id = ${p.id}`,
)

const statusesOfOrder = statement(
  'shop.payment_statuses_of_order',
  (_, p: { order_id: string }) => sql<{ status: PaymentStatus }>`
    select distinct status from shop.payments where order_id = ${p.order_id}`,
)

/**
 * Tells a payment something, within `withPayment`: it moves or not by the table, money that came is posted, the order
 * follows, and all of it is logged, also what changed nothing.
 */
export async function advance(
  ctx: Ctx,
  payment: PaymentRow,
  signal: PaymentSignal,
  fact: PaymentFact,
): Promise<PaymentRow> {
  const after = paymentTransitions[payment.status][signal]
  await ctx.db.together([
    logged(payment, fact, after),
    ...(after ? [setStatus.call({ id: payment.id, status: after })] : []),
    ...(after && signal === 'succeed' ? [posting(payment, 'sales', payment.amount_minor)] : []),
  ])
  await followed(ctx, payment)
  return getPayment(ctx, payment.id)
}

/** The order says how its payments stand. */
export async function followed(ctx: Ctx, { id, order_id }: PaymentRow): Promise<void> {
  const statuses = (await ctx.db.all(statusesOfOrder, { order_id })).map(({ status }) => status)
  const status = orderFollows.find((status) => statuses.includes(status))
  if (status) await setOrderPaymentStatus(ctx, order_id, status, id)
}
