import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict } from '../../../platform/errors.ts'
import { newId } from '../../../platform/id.ts'
import { getOrderForPayment, requirePayable, reserveWhilePaying } from '../orders/payment-status.ts'
import { applySignal, syncOrderPaymentStatus, logEntry } from './apply-signal.ts'
import { getPayment, paymentColumns, type PaymentRow, withPayment } from './queries.ts'
import type { ProviderState } from './provider.ts'
import { defaultProvider, providerFor } from './providers.ts'
import type { ProviderName } from './schema.ts'
import { type PaymentState, paymentTransitions } from './transitions.ts'

const ofOrder = statement(
  'shop.payments_of_order',
  (_, p: { order_id: string }) => sql<PaymentRow>`
    select ${paymentColumns} from shop.payments where order_id = ${p.order_id} order by id desc`,
)

interface NewPayment {
  id: string
  order_id: string
  provider: string
  currency: string
  amount_minor: number
}

const insert = statement(
  'shop.insert_payment',
  (_, p: NewPayment) => sql<PaymentRow>`
    insert into shop.payments (id, order_id, provider, currency, amount_minor)
    values (${p.id}, ${p.order_id}, ${p.provider}, ${p.currency}, ${p.amount_minor}) returning ${paymentColumns}`,
)

const setRef = statement(
  'shop.set_payment_ref',
  (_, p: { id: string; provider_ref: string }) => sql<PaymentRow>`
    update shop.payments set provider_ref = ${p.provider_ref} where id = ${p.id} returning ${paymentColumns}`,
)

const setCaptureRef = statement(
  'shop.set_payment_capture_ref',
  (_, p: { id: string; capture_ref: string }) => sql`
    update shop.payments set capture_ref = ${p.capture_ref} where id = ${p.id}`,
)

export interface Intent {
  payment: PaymentRow
  clientSecret?: string
  approvalUrl?: string
}

/**
 * Creates a payment for the total of an order. Continues an existing payment with the same provider, by default the
 * configured card provider. Throws 404, 409 (paid, cancelled, free of charge, `not_configured`, `payment_refused`) and 502.
 */
export async function createIntent(ctx: Ctx, orderId: string, named?: ProviderName): Promise<Intent> {
  const providerName = named ?? (await defaultProvider(ctx))
  const open = await transaction(ctx, (ctx) => findOrInsert(ctx, orderId, providerName))
  const provider = await providerFor(ctx, providerName)
  const { ref, ...secret } = await provider.open(open)
  if (ref === null || ref === open.provider_ref) return { payment: open, ...secret }
  const payment = await withPayment(ctx, open.id, (ctx) => ctx.db.one(setRef, { id: open.id, provider_ref: ref }))
  return { payment, ...secret }
}

/** An order is paid again by another payment than these. */
const ended: ReadonlySet<PaymentState> = new Set(['refunded', 'cancelled'])

async function findOrInsert(ctx: Ctx, orderId: string, provider: ProviderName): Promise<PaymentRow> {
  const order = await getOrderForPayment(ctx, orderId)
  await providerFor(ctx, provider)
  requirePayable(order)
  const payments = await ctx.db.all(ofOrder, { order_id: order.id })
  const has = (...statuses: string[]) => payments.some(({ status }) => statuses.includes(status))
  const open = payments.find((payment) => payment.provider === provider && !ended.has(payment.status))
  if (open) return open
  if (has('processing')) throw conflict('already_processing', 'Another payment of this order is being processed.')
  const { currency, total_minor: amount_minor } = order
  const payment = await ctx.db.one(insert, { id: newId(), order_id: order.id, provider, currency, amount_minor })
  await ctx.db.together([logEntry(payment, { kind: 'created' })])
  if (provider !== 'manual') await ctx.db.together([reserveWhilePaying.call({ id: order.id })])
  await syncOrderPaymentStatus(ctx, payment)
  return payment
}

/**
 * Updates a payment from the provider's state. A manual payment is confirmed by the owner or admin who calls this. Throws
 * 403, 404, 409 and 502.
 */
export async function confirmPayment(ctx: Ctx, id: string): Promise<PaymentRow> {
  const known = await getPayment(ctx, id)
  if (known.status === 'cancelled')
    throw conflict('payment_cancelled', 'This payment has been cancelled. Start another.')
  const provider = await providerFor(ctx, known.provider)
  const state = await provider.confirm(ctx, known)
  const payment = await withPayment(ctx, id, (ctx, payment) => applyState(ctx, payment, state, 'confirmed'))
  if (isWrongAmount(payment, state)) {
    throw conflict(
      'amount_mismatch',
      "The provider has received an amount other than the order's total. Check the payment at the provider.",
    )
  }
  return payment
}

/**
 * Gives up a payment that has not been made; the order can then be paid by another. Throws 404, 409 for a payment that was
 * made or that the provider is processing, and 502.
 */
export async function cancelPayment(ctx: Ctx, id: string): Promise<PaymentRow> {
  const known = await getPayment(ctx, id)
  if (known.status === 'cancelled') return known
  requireCancellable(known)
  const provider = await providerFor(ctx, known.provider)
  const state = await provider.cancel(known)
  const payment = await withPayment(ctx, id, (ctx, payment) => applyState(ctx, payment, state, 'cancelled'))
  if (payment.status === 'processing') {
    throw conflict('already_processing', 'The provider is processing this payment, so it cannot be cancelled now.')
  }
  requireCancellable(payment)
  return payment
}

function requireCancellable({ status }: PaymentRow): void {
  if (status !== 'cancelled' && !paymentTransitions[status].cancel) {
    throw conflict('already_paid', 'This payment has been made. Refund it instead.')
  }
}

const isWrongAmount = ({ amount_minor, currency }: PaymentRow, state: ProviderState) =>
  state.signal === 'succeed' && (state.amountMinor !== amount_minor || state.currency !== currency)

/** Applies a provider's state. Call within `withPayment`. An amount other than the order's is logged and changes nothing. */
export async function applyState(
  ctx: Ctx,
  payment: PaymentRow,
  state: ProviderState,
  kind: string,
): Promise<PaymentRow> {
  const { signal, amountMinor, currency, captureRef } = state
  if (captureRef !== undefined && captureRef !== payment.capture_ref) {
    await ctx.db.together([setCaptureRef.call({ id: payment.id, capture_ref: captureRef })])
  }
  if (signal !== null && !isWrongAmount(payment, state)) return applySignal(ctx, payment, signal, { kind })
  const details = signal === null ? {} : { amount_mismatch: { amount_minor: amountMinor, currency } }
  await ctx.db.together([logEntry(payment, { kind, details })])
  return payment
}
