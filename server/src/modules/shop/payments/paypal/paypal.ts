import { z } from 'zod'
import { conflict } from '../../../../platform/errors.ts'
import type { Services } from '../../../../platform/services.ts'
import { decimalsOf, toMajor } from '../../../../platform/money.ts'
import { getOrderForPayment, requirePayable } from '../../orders/payment-status.ts'
import type { PaymentRow } from '../queries.ts'
import { bodyOf, type PaypalAccount, paypalClient, refused } from './client.ts'
import type { PaymentProvider, ProviderRefund, ProviderState } from '../provider.ts'

/** The fields used of PayPal's objects (Orders v2 and Payments v2, developer.paypal.com/docs/api). */
const Amount = z.object({ currency_code: z.string(), value: z.string() })
const Links = z.array(z.object({ rel: z.string(), href: z.string() })).optional()
export const PaypalCapture = z.object({
  id: z.string(),
  status: z.string(),
  amount: Amount,
  custom_id: z.string().optional(),
})
export type PaypalCapture = z.output<typeof PaypalCapture>
export const PaypalRefund = z.object({
  id: z.string(),
  status: z.string(),
  amount: Amount,
  custom_id: z.string().optional(),
  links: Links,
})
const PaypalOrder = z.object({
  id: z.string(),
  status: z.string(),
  update_time: z.string().optional(),
  purchase_units: z
    .array(z.object({ payments: z.object({ captures: z.array(PaypalCapture).optional() }).optional() }))
    .optional(),
  links: Links,
})
type PaypalOrder = z.output<typeof PaypalOrder>

/** Currencies that PayPal accepts in whole units only, although ISO 4217 gives them two decimals (developer.paypal.com/api/rest/reference/currency-codes). */
const inWholeUnits = new Set(['HUF', 'TWD'])

function toPaypalAmount(amountMinor: number, currency: string): z.output<typeof Amount> {
  const amount = toMajor(amountMinor, currency)
  const isWhole = inWholeUnits.has(currency)
  if (isWhole && !Number.isInteger(amount)) throw refused(`it accepts ${currency} in whole units only.`)
  return { currency_code: currency, value: amount.toFixed(isWhole ? 0 : decimalsOf(currency)) }
}

export const fromPaypalAmount = ({ value, currency_code }: z.output<typeof Amount>): number =>
  Math.round(Number(value) * 10 ** decimalsOf(currency_code))

/** The `custom_id` of PayPal's objects, by which webhooks are matched. `id`: the id of the payment or refund. */
const customId = ({ workspace_id }: PaymentRow, id: string) => `${workspace_id}:${id}`

export function paypal(services: Services, account: PaypalAccount): PaymentProvider {
  const client = paypalClient(services, account)
  const orderPath = (id: string) => `/v2/checkout/orders/${encodeURIComponent(id)}`

  return {
    name: 'paypal',
    isLocal: false,
    async open(payment) {
      const existing = payment.provider_ref && (await findOrder(payment.provider_ref))
      // PayPal removes an order that is not approved within some hours. The payment then continues with a new one.
      const key = ['payment', payment.id, ...(payment.provider_ref ? [payment.provider_ref] : [])].join(':')
      const order = existing && existing.status !== 'VOIDED' ? existing : await create(payment, key)
      const approvalUrl = order.links?.find(({ rel }) => rel === 'approve' || rel === 'payer-action')?.href
      return { ref: order.id, clientSecret: order.id, ...(approvalUrl && { approvalUrl }) }
    },
    async confirm(ctx, payment) {
      if (payment.capture_ref) return stateOfCapture(await findCapture(payment.capture_ref))
      const unknown: ProviderState = { signal: null, amountMinor: 0, currency: payment.currency }
      if (!payment.provider_ref) return unknown
      const order = await findOrder(payment.provider_ref)
      if (!order) return { ...unknown, signal: 'fail' }
      if (order.status !== 'APPROVED') return stateOfOrder(order, payment)
      requirePayable(await getOrderForPayment(ctx, payment.order_id))
      return capture(order, payment)
    },
    // PayPal has no call that ends an order: money moves only when we capture it, and a cancelled payment is not captured.
    async cancel(payment) {
      const cancelled: ProviderState = { signal: 'cancel', amountMinor: 0, currency: payment.currency }
      if (payment.capture_ref) return stateOfCapture(await findCapture(payment.capture_ref))
      const order = payment.provider_ref && (await findOrder(payment.provider_ref))
      const state = order ? stateOfOrder(order, payment) : cancelled
      return state.signal === 'succeed' || state.signal === 'process' ? state : cancelled
    },
    async refund(payment, { id, amountMinor }) {
      if (!payment.capture_ref) throw refused('this payment has not been captured.')
      const body = { amount: toPaypalAmount(amountMinor, payment.currency), custom_id: customId(payment, id) }
      const path = `/v2/payments/captures/${encodeURIComponent(payment.capture_ref)}/refund`
      return stateOfRefund(bodyOf(await client.post(path, PaypalRefund, JSON.stringify(body), `refund:${id}`)))
    },
  }

  async function create(payment: PaymentRow, key: string): Promise<PaypalOrder> {
    const unit = {
      reference_id: payment.order_id,
      custom_id: customId(payment, payment.id),
      // PayPal accepts only one payment for an invoice id.
      invoice_id: payment.id,
      amount: toPaypalAmount(payment.amount_minor, payment.currency),
    }
    const body = JSON.stringify({ intent: 'CAPTURE', purchase_units: [unit] })
    return bodyOf(await client.post('/v2/checkout/orders', PaypalOrder, body, key))
  }

  /** Returns undefined when PayPal no longer has the order. */
  async function findOrder(id: string): Promise<PaypalOrder | undefined> {
    const response = await client.get(orderPath(id), PaypalOrder)
    return response.isRefused && response.status === 404 ? undefined : bodyOf(response)
  }

  async function findCapture(id: string): Promise<PaypalCapture> {
    return bodyOf(await client.get(`/v2/payments/captures/${encodeURIComponent(id)}`, PaypalCapture))
  }

  async function capture(order: PaypalOrder, payment: PaymentRow): Promise<ProviderState> {
    // The key is the same for every capture of this approval. After a refusal the customer approves again with another
    // card, which changes `update_time`.
    const key = `capture:${order.id}:${order.update_time ?? ''}`
    const response = await client.post(`${orderPath(order.id)}/capture`, PaypalOrder, '{}', key)
    if (!response.isRefused) return stateOfOrder(response.body, payment)
    const unpaid = { amountMinor: 0, currency: payment.currency }
    switch (response.issue) {
      case 'ORDER_ALREADY_CAPTURED':
        return stateOfOrder((await findOrder(order.id)) ?? order, payment)
      case 'ORDER_NOT_APPROVED':
        return { signal: null, ...unpaid }
      case 'INSTRUMENT_DECLINED':
      case 'PAYER_CANNOT_PAY':
        return { signal: 'fail', ...unpaid }
      default:
        throw conflict('payment_refused', `PayPal refused: ${response.message}`)
    }
  }
}

const captureSignals: Record<string, ProviderState['signal']> = {
  COMPLETED: 'succeed',
  PARTIALLY_REFUNDED: 'succeed',
  REFUNDED: 'succeed',
  PENDING: 'process',
  DECLINED: 'fail',
  FAILED: 'fail',
}

export function stateOfCapture({ id, status, amount }: PaypalCapture): ProviderState {
  const signal = captureSignals[status] ?? null
  const state = { signal, amountMinor: fromPaypalAmount(amount), currency: amount.currency_code }
  return signal === 'fail' ? state : { ...state, captureRef: id }
}

/** Returns the best state of the order's captures: one may have been declined before another succeeded. */
function stateOfOrder(order: PaypalOrder, { currency }: PaymentRow): ProviderState {
  const captures = order.purchase_units?.flatMap(({ payments }) => payments?.captures ?? []) ?? []
  const states = captures.map(stateOfCapture)
  const [best] = (['succeed', 'process', 'fail'] as const).flatMap((wanted) =>
    states.filter(({ signal }) => signal === wanted),
  )
  return best ?? { signal: order.status === 'VOIDED' ? 'fail' : null, amountMinor: 0, currency }
}

export function stateOfRefund({ id, status }: z.output<typeof PaypalRefund>): ProviderRefund {
  const ended = status === 'COMPLETED' ? 'succeeded' : status === 'PENDING' ? 'pending' : 'failed'
  return { status: ended, ref: id }
}
