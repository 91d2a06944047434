import { z } from 'zod'
import { conflict } from '../../../../platform/errors.ts'
import type { Services } from '../../../../platform/services.ts'
import { decimalsOf, toMajor } from '../../../../platform/money.ts'
import { getOrderForPayment, requirePayable } from '../../orders/payment.ts'
import type { PaymentRow } from '../payment-row.ts'
import { granted, type PaypalAccount, paypalClient, refused } from './client.ts'
import type { PaymentProvider, ProviderRefund, ProviderState } from '../provider.ts'

/** What we read of PayPal's objects (Orders v2 and Payments v2, developer.paypal.com/docs/api). */
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

/** Takes these in whole units only, although ISO 4217 gives them two decimals (developer.paypal.com/api/rest/reference/currency-codes). */
const inWholeUnits = new Set(['HUF', 'TWD'])

function toPaypalAmount(amountMinor: number, currency: string): z.output<typeof Amount> {
  const amount = toMajor(amountMinor, currency)
  const isWhole = inWholeUnits.has(currency)
  if (isWhole && !Number.isInteger(amount)) throw refused(`it takes ${currency} in whole units only.`)
  return { currency_code: currency, value: amount.toFixed(isWhole ? 0 : decimalsOf(currency)) }
}

export const fromPaypalAmount = ({ value, currency_code }: z.output<typeof Amount>): number =>
  Math.round(Number(value) * 10 ** decimalsOf(currency_code))

/** Travels with what is PayPal's, so that its notices tell whose they are: a payment's or a refund's id. */
const customId = ({ workspace_id }: PaymentRow, id: string) => `${workspace_id}:${id}`

export function paypal(services: Services, account: PaypalAccount): PaymentProvider {
  const client = paypalClient(services, account)
  const orderPath = (id: string) => `/v2/checkout/orders/${encodeURIComponent(id)}`

  return {
    name: 'paypal',
    isLocal: false,
    async open(payment) {
      const begun = payment.provider_ref && (await findOrder(payment.provider_ref))
      // Orders that nobody approves are forgotten after some hours: the payment goes on with a new one.
      const key = ['payment', payment.id, ...(payment.provider_ref ? [payment.provider_ref] : [])].join(':')
      const order = begun && begun.status !== 'VOIDED' ? begun : await create(payment, key)
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
    async refund(payment, { id, amountMinor }) {
      if (!payment.capture_ref) throw refused('nothing has been captured of this payment.')
      const body = { amount: toPaypalAmount(amountMinor, payment.currency), custom_id: customId(payment, id) }
      const path = `/v2/payments/captures/${encodeURIComponent(payment.capture_ref)}/refund`
      return stateOfRefund(granted(await client.post(path, PaypalRefund, JSON.stringify(body), `refund:${id}`)))
    },
  }

  async function create(payment: PaymentRow, key: string): Promise<PaypalOrder> {
    const unit = {
      reference_id: payment.order_id,
      custom_id: customId(payment, payment.id),
      // PayPal takes money for an invoice once.
      invoice_id: payment.id,
      amount: toPaypalAmount(payment.amount_minor, payment.currency),
    }
    const body = JSON.stringify({ intent: 'CAPTURE', purchase_units: [unit] })
    return granted(await client.post('/v2/checkout/orders', PaypalOrder, body, key))
  }

  /** Undefined: PayPal does not have it any more. */
  async function findOrder(id: string): Promise<PaypalOrder | undefined> {
    const answer = await client.get(orderPath(id), PaypalOrder)
    return answer.isRefused && answer.status === 404 ? undefined : granted(answer)
  }

  async function findCapture(id: string): Promise<PaypalCapture> {
    return granted(await client.get(`/v2/payments/captures/${encodeURIComponent(id)}`, PaypalCapture))
  }

  async function capture(order: PaypalOrder, payment: PaymentRow): Promise<ProviderState> {
    // Whoever saw this approval asks for the same; after a refusal the customer approves anew, with another card.
    const key = `capture:${order.id}:${order.update_time ?? ''}`
    const answer = await client.post(`${orderPath(order.id)}/capture`, PaypalOrder, '{}', key)
    if (!answer.isRefused) return stateOfOrder(answer.body, payment)
    const unpaid = { amountMinor: 0, currency: payment.currency }
    switch (answer.issue) {
      case 'ORDER_ALREADY_CAPTURED':
        return stateOfOrder((await findOrder(order.id)) ?? order, payment)
      case 'ORDER_NOT_APPROVED':
        return { signal: null, ...unpaid }
      case 'INSTRUMENT_DECLINED':
      case 'PAYER_CANNOT_PAY':
        return { signal: 'fail', ...unpaid }
      default:
        throw conflict('payment_refused', `PayPal refused: ${answer.message}`)
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

/** An order is as its captures are; one may have been declined before another succeeded. */
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
