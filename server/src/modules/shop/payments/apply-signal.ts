import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { type Call, statement } from '../../../platform/database/statement.ts'
import { newId } from '../../../platform/id.ts'
import { setOrderPaymentStatus } from '../orders/payment-status.ts'
import { posting } from './ledger.ts'
import { getPayment, type PaymentRow } from './queries.ts'
import { orderStatusPrecedence, type PaymentSignal, type PaymentState, paymentTransitions } from './transitions.ts'

const logEvent = statement(
  'shop.log_payment_event',
  (_, p: { id: string; payment_id: string; kind: string; before: string; after: string; details: string }) => sql`
    insert into shop.payment_events (id, payment_id, kind, before, after, details)
    values (${p.id}, ${p.payment_id}, ${p.kind}, ${p.before}, ${p.after}, ${p.details}::jsonb)`,
)

/** An entry of the payment log: the kind of event and its details. */
export interface PaymentLogEntry {
  kind: string
  details?: Record<string, unknown>
}

/** Returns the call that adds an entry to the payment log. `after`: the status after the event. */
export const logEntry = ({ id, status }: PaymentRow, { kind, details = {} }: PaymentLogEntry, after = status): Call =>
  logEvent.call({ id: newId(), payment_id: id, kind, before: status, after, details: JSON.stringify(details) })

const setStatus = statement(
  'shop.set_payment_status',
  (_, p: { id: string; status: PaymentState }) => sql`update shop.payments set status = ${p.status} where id = ${p.id}`,
)

const statusesOfOrder = statement(
  'shop.payment_statuses_of_order',
  (_, p: { order_id: string }) => sql<{ status: PaymentState }>`
    select distinct status from shop.payments where order_id = ${p.order_id}`,
)

/**
 * Applies a signal to a payment. Call within `withPayment`. Changes the status if `paymentTransitions` has a transition,
 * posts received money to the ledger and updates the order. Logs every signal, also one that changes nothing.
 */
export async function applySignal(
  ctx: Ctx,
  payment: PaymentRow,
  signal: PaymentSignal,
  entry: PaymentLogEntry,
): Promise<PaymentRow> {
  const after = paymentTransitions[payment.status][signal]
  await ctx.db.together([
    logEntry(payment, entry, after),
    ...(after ? [setStatus.call({ id: payment.id, status: after })] : []),
    ...(after && signal === 'succeed' ? [posting(payment, 'sales', payment.amount_minor)] : []),
  ])
  await syncOrderPaymentStatus(ctx, payment)
  return getPayment(ctx, payment.id)
}

/** Sets the order's payment status from the statuses of its payments. */
export async function syncOrderPaymentStatus(ctx: Ctx, { id, order_id }: PaymentRow): Promise<void> {
  const statuses = (await ctx.db.all(statusesOfOrder, { order_id })).map(({ status }) =>
    status === 'cancelled' ? 'pending' : status,
  )
  const status = orderStatusPrecedence.find((status) => statuses.includes(status))
  if (status) await setOrderPaymentStatus(ctx, order_id, status, id)
}
