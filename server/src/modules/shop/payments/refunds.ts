import { sql } from 'kysely'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { AppError, conflict } from '../../../platform/errors.ts'
import { newId } from '../../../platform/id.ts'
import { formatMoney, toMinor } from '../../../platform/money.ts'
import { applySignal, logEntry } from './apply-signal.ts'
import { posting } from './ledger.ts'
import { getPayment, type PaymentRow, withPayment } from './queries.ts'
import type { ProviderRefund } from './provider.ts'
import { providerFor } from './providers.ts'

interface RefundRow {
  id: string
  payment_id: string
  provider_ref: string | null
  amount_minor: number
  status: 'pending' | 'unknown' | 'succeeded' | 'failed'
}

const columns = sql`id, payment_id, provider_ref, amount_minor, status`

const resumeUnknown = statement(
  'shop.resume_unknown_refund',
  (_, p: { payment_id: string; amount_minor: number | null }) => sql<RefundRow>`
    update shop.refunds set status = 'pending'
     where id = (select id from shop.refunds where payment_id = ${p.payment_id} and status = 'unknown'
                    and amount_minor = coalesce(${p.amount_minor}::bigint, amount_minor) order by id limit 1)
    returning ${columns}`,
)
const insert = statement(
  'shop.insert_refund',
  (_, p: { id: string; payment_id: string; amount_minor: number; provider_ref: string | null }) => sql<RefundRow>`
    insert into shop.refunds (id, payment_id, amount_minor, provider_ref)
    values (${p.id}, ${p.payment_id}, ${p.amount_minor}, ${p.provider_ref}) returning ${columns}`,
)
const reserve = statement(
  'shop.reserve_refund',
  (_, p: { id: string; amount_minor: number }) => sql`
    update shop.payments set refund_reserved_minor = refund_reserved_minor + ${p.amount_minor}::bigint where id = ${p.id}`,
)
const take = statement(
  'shop.take_refund',
  (_, p: { id: string; amount_minor: number }) => sql`
    update shop.payments set refunded_minor = refunded_minor + ${p.amount_minor}::bigint where id = ${p.id}`,
)
const find = statement(
  'shop.find_refund',
  (_, p: { id: string | null; provider_ref: string | null }) => sql<RefundRow>`
    select ${columns} from shop.refunds where id = ${p.id}::uuid or provider_ref = ${p.provider_ref}::text`,
)
const settle = statement(
  'shop.settle_refund',
  (_, p: { id: string; status: string; provider_ref: string | null }) => sql`
    update shop.refunds set status = ${p.status}, provider_ref = coalesce(${p.provider_ref}, provider_ref)
     where id = ${p.id}`,
)

const resume = statement(
  'shop.resume_refund',
  (_, p: { id: string; payment_id: string }) => sql<RefundRow>`
    update shop.refunds set status = case status when 'unknown' then 'pending' else status end
     where id = ${p.id} and payment_id = ${p.payment_id} returning ${columns}`,
)

// Does nothing when a webhook has reported the result meanwhile.
const markUnknown = statement(
  'shop.mark_refund_unknown',
  (_, p: { id: string }) => sql`update shop.refunds set status = 'unknown' where id = ${p.id} and status = 'pending'`,
)

/**
 * Refunds `amount` in major units, or the whole remaining amount. The amount is reserved before the request to the
 * provider, so concurrent refunds never exceed the payment. A retry after an outage or a crash continues the refund with
 * the same id, or else a refund of the same amount whose result is unknown. Throws 404, 400, 409 and 502.
 */
export async function refundPayment(
  ctx: Ctx,
  id: string,
  { refundId = newId(), amount }: { refundId?: string | undefined; amount?: number | undefined },
): Promise<PaymentRow> {
  const payment = await getPayment(ctx, id)
  const amountMinor = amount === undefined ? null : toMinor(amount, payment.currency, 'body.amount')
  const provider = await providerFor(ctx, payment.provider)
  const run = async (ctx: Ctx) => {
    const refund = await withPayment(ctx, id, (ctx, payment) => reserveRefund(ctx, payment, refundId, amountMinor))
    if (refund.status === 'succeeded') return getPayment(ctx, id)
    if (refund.status === 'failed')
      throw conflict('refund_failed', 'The provider refused this refund. Create a new one.')
    const asked = { id: refund.id, amountMinor: refund.amount_minor }
    const result = await provider.refund(payment, asked).catch((error: unknown) => refundFailed(ctx, refund, error))
    return withPayment(ctx, id, (ctx, payment) => settleRefund(ctx, payment, refund.id, result, 'refund'))
  }
  return provider.isLocal ? transaction(ctx, run) : run(ctx)
}

async function reserveRefund(
  ctx: Ctx,
  payment: PaymentRow,
  refundId: string,
  wanted: number | null,
): Promise<RefundRow> {
  const existing =
    (await ctx.db.maybe(resume, { id: refundId, payment_id: payment.id })) ??
    (await ctx.db.maybe(resumeUnknown, { payment_id: payment.id, amount_minor: wanted }))
  if (existing) return existing
  const left = payment.amount_minor - payment.refund_reserved_minor
  if (payment.status !== 'succeeded' && payment.status !== 'partially_refunded') {
    throw conflict('not_refundable', `A payment that is ${payment.status} cannot be refunded.`)
  }
  const amount_minor = wanted ?? left
  if (amount_minor === 0 || amount_minor > left) {
    throw conflict('refund_too_large', `Only ${formatMoney(left, payment.currency)} can still be refunded.`)
  }
  return addRefund(ctx, payment, { id: refundId, amount_minor, provider_ref: null })
}

async function addRefund(
  ctx: Ctx,
  payment: PaymentRow,
  refund: { id: string; amount_minor: number; provider_ref: string | null },
) {
  await ctx.db.all(reserve, { id: payment.id, amount_minor: refund.amount_minor })
  return ctx.db.one(insert, { payment_id: payment.id, ...refund })
}

/** Releases the reserved amount of a refused refund. When the result is unknown, keeps it reserved until a webhook reports it. */
async function refundFailed(ctx: Ctx, refund: RefundRow, error: unknown): Promise<never> {
  const isRefused = error instanceof AppError && error.status < 500
  await withPayment(ctx, refund.payment_id, async (ctx, payment) => {
    if (isRefused) await settleRefund(ctx, payment, refund.id, { status: 'failed', ref: null }, 'refund')
    else
      await ctx.db.together([
        markUnknown.call({ id: refund.id }),
        logEntry(payment, { kind: 'refund_unknown', details: { refund_id: refund.id } }),
      ])
  })
  throw error
}

/** Records the provider's result of a refund. Call within `withPayment`. `succeeded` and `failed` are final. */
export async function settleRefund(
  ctx: Ctx,
  payment: PaymentRow,
  refundId: string,
  { status, ref }: ProviderRefund,
  kind: string,
): Promise<PaymentRow> {
  const refund = await ctx.db.one(find, { id: refundId, provider_ref: null })
  if (refund.status === 'succeeded' || refund.status === 'failed') return payment
  const { id, amount_minor } = refund
  const entry = { kind: `${kind}_${status}`, details: { refund_id: id, amount_minor } }
  const settled = settle.call({ id, status, provider_ref: ref })
  if (status !== 'succeeded') {
    const freed = status === 'failed' ? [reserve.call({ id: payment.id, amount_minor: -amount_minor })] : []
    await ctx.db.together([settled, ...freed, logEntry(payment, entry)])
    return getPayment(ctx, payment.id)
  }
  await ctx.db.together([
    settled,
    take.call({ id: payment.id, amount_minor }),
    posting(payment, 'refunds', -amount_minor, id),
  ])
  const isAll = payment.refunded_minor + amount_minor === payment.amount_minor
  return applySignal(ctx, payment, isAll ? 'refund_all' : 'refund_part', entry)
}

/** Records a refund from a webhook, made through this API or at the provider. Call within `withPayment`. Throws 409. */
export async function recordProviderRefund(
  ctx: Ctx,
  payment: PaymentRow,
  reported: { refundId: string | null; amountMinor: number; result: ProviderRefund },
  kind: string,
): Promise<void> {
  const known = await ctx.db.maybe(find, { id: reported.refundId, provider_ref: reported.result.ref })
  const left = payment.amount_minor - payment.refund_reserved_minor
  if (known && known.payment_id !== payment.id) return
  // The refund arrived before the payment's success. The provider repeats the webhook after the error.
  if (payment.status !== 'succeeded' && payment.status !== 'partially_refunded' && payment.status !== 'refunded') {
    throw conflict('not_captured_yet', 'This payment is not known to have succeeded yet.')
  }
  if (!known && reported.amountMinor > left) {
    await ctx.db.together([logEntry(payment, { kind, details: { refund_too_large: reported.amountMinor } })])
    return
  }
  const refund =
    known ??
    (await addRefund(ctx, payment, {
      id: newId(),
      amount_minor: reported.amountMinor,
      provider_ref: reported.result.ref,
    }))
  await settleRefund(ctx, await getPayment(ctx, payment.id), refund.id, reported.result, kind)
}
