import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict } from '../../../platform/errors.ts'
import { newId } from '../../../platform/id.ts'
import { getOrderForPayment, requirePayable, reserveWhilePaying } from '../orders/payment.ts'
import { advance, followed, logged } from './advance.ts'
import { getPayment, paymentColumns, type PaymentRow, withPayment } from './payment-row.ts'
import type { ProviderState } from './provider.ts'
import { providerFor } from './providers.ts'
import type { ProviderName } from './schema.ts'

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
 * Begins to pay for an order what the order says it costs; one that is begun already with this provider is gone on with.
 * Throws 404, 409 (paid, cancelled, free of charge, `not_configured`, `payment_refused`) and 502.
 */
export async function createIntent(ctx: Ctx, orderId: string, providerName: ProviderName): Promise<Intent> {
  const begun = await transaction(ctx, (ctx) => begin(ctx, orderId, providerName))
  const provider = await providerFor(ctx, providerName)
  const { ref, ...secret } = await provider.open(begun)
  if (ref === null || ref === begun.provider_ref) return { payment: begun, ...secret }
  const payment = await withPayment(ctx, begun.id, (ctx) => ctx.db.one(setRef, { id: begun.id, provider_ref: ref }))
  return { payment, ...secret }
}

async function begin(ctx: Ctx, orderId: string, provider: ProviderName): Promise<PaymentRow> {
  const order = await getOrderForPayment(ctx, orderId)
  await providerFor(ctx, provider)
  requirePayable(order)
  const payments = await ctx.db.all(ofOrder, { order_id: order.id })
  const has = (...statuses: string[]) => payments.some(({ status }) => statuses.includes(status))
  const open = payments.find((payment) => payment.provider === provider && payment.status !== 'refunded')
  if (open) return open
  if (has('processing')) throw conflict('already_processing', 'This order is being paid at this moment.')
  const { currency, total_minor: amount_minor } = order
  const payment = await ctx.db.one(insert, { id: newId(), order_id: order.id, provider, currency, amount_minor })
  await ctx.db.together([logged(payment, { kind: 'created' })])
  if (provider !== 'manual') await ctx.db.together([reserveWhilePaying.call({ id: order.id })])
  await followed(ctx, payment)
  return payment
}

/** Asks the provider how a payment stands, or takes the word of an owner or admin. Throws 403, 404, 409 and 502. */
export async function confirmPayment(ctx: Ctx, id: string): Promise<PaymentRow> {
  const known = await getPayment(ctx, id)
  const provider = await providerFor(ctx, known.provider)
  const state = await provider.confirm(ctx, known)
  const payment = await withPayment(ctx, id, (ctx, payment) => applyState(ctx, payment, state, 'confirmed'))
  if (isWrongSum(payment, state)) {
    throw conflict('amount_mismatch', 'The provider has taken another sum than the order costs. Look into it there.')
  }
  return payment
}

const isWrongSum = ({ amount_minor, currency }: PaymentRow, state: ProviderState) =>
  state.signal === 'succeed' && (state.amountMinor !== amount_minor || state.currency !== currency)

/** Within `withPayment`. A sum that is not the order's is logged and moves nothing. */
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
  if (signal !== null && !isWrongSum(payment, state)) return advance(ctx, payment, signal, { kind })
  const details = signal === null ? {} : { amount_mismatch: { amount_minor: amountMinor, currency } }
  await ctx.db.together([logged(payment, { kind, details })])
  return payment
}
