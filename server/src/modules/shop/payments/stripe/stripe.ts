import { AppError, conflict } from '../../../../platform/errors.ts'
import type { Services } from '../../../../platform/services.ts'
import type { PaymentRow } from '../queries.ts'
import type { PaymentProvider, ProviderRefund, ProviderState } from '../provider.ts'

const apiVersion = '2026-10-28.endive'

/** The fields used of Stripe's objects (docs.stripe.com/api). */
export interface StripeIntent {
  id: string
  status: string
  amount_received: number
  currency: string
  client_secret?: string
  last_payment_error?: object | null
  metadata?: Record<string, string>
}

export interface StripeRefund {
  id: string
  status: string
  amount: number
  currency: string
  payment_intent: string | null
  metadata?: Record<string, string>
}

/** Currencies that Stripe counts in hundredths, although ISO 4217 gives them no decimals (docs.stripe.com/currencies#special-cases). */
const inHundredths = new Set(['ISK', 'UGX'])
const factorOf = (currency: string) => (inHundredths.has(currency.toUpperCase()) ? 100 : 1)
export const fromStripeAmount = (amount: number, currency: string) => amount / factorOf(currency)

export function stripe({ outbound, config }: Services, secretKey: string): PaymentProvider {
  return {
    name: 'stripe',
    isLocal: false,
    async open(payment) {
      const existing =
        payment.provider_ref && (await call<StripeIntent>('GET', `payment_intents/${payment.provider_ref}`))
      // A cancelled intent cannot be paid, so the payment continues with a new one.
      const key = ['payment', payment.id, ...(existing ? [existing.id] : [])].join(':')
      const intent = existing && existing.status !== 'canceled' ? existing : await create(payment, key)
      return { ref: intent.id, ...(intent.client_secret && { clientSecret: intent.client_secret }) }
    },
    async confirm(_ctx, payment) {
      // The payment was not created at Stripe, so it cannot have been paid.
      if (!payment.provider_ref) return { signal: null, amountMinor: 0, currency: payment.currency }
      return stateOf(await call<StripeIntent>('GET', `payment_intents/${payment.provider_ref}`))
    },
    async cancel(payment) {
      const cancelled: ProviderState = { signal: 'cancel', amountMinor: 0, currency: payment.currency }
      if (!payment.provider_ref) return cancelled
      const path = `payment_intents/${payment.provider_ref}`
      const intent = await call<StripeIntent>('GET', path)
      if (intent.status === 'canceled') return cancelled
      // Stripe cancels an intent only before the money moves.
      if (intent.status === 'succeeded' || intent.status === 'processing') return stateOf(intent)
      await call<StripeIntent>('POST', `${path}/cancel`, {}, `cancel:${payment.id}:${intent.id}`)
      return cancelled
    },
    async refund(payment, { id, amountMinor }) {
      const form = {
        payment_intent: payment.provider_ref ?? '',
        amount: String(amountMinor * factorOf(payment.currency)),
        'metadata[workspaceId]': payment.workspace_id,
        'metadata[refundId]': id,
      }
      return refundOf(await call<StripeRefund>('POST', 'refunds', form, `refund:${id}`))
    },
  }

  function create(payment: PaymentRow, key: string): Promise<StripeIntent> {
    const form = {
      amount: String(payment.amount_minor * factorOf(payment.currency)),
      currency: payment.currency.toLowerCase(),
      'automatic_payment_methods[enabled]': 'true',
      'metadata[workspaceId]': payment.workspace_id,
      'metadata[paymentId]': payment.id,
      'metadata[orderId]': payment.order_id,
    }
    return call<StripeIntent>('POST', 'payment_intents', form, key)
  }

  async function call<T>(
    method: 'GET' | 'POST',
    path: string,
    form?: Record<string, string>,
    key?: string,
  ): Promise<T> {
    const response = await outbound.fetch(`${config.stripe.apiUrl ?? 'https://api.stripe.com'}/v1/${path}`, {
      // Each account has its own queue, so it does not delay other shops.
      key: secretKey,
      method,
      headers: {
        authorization: `Bearer ${secretKey}`,
        'stripe-version': apiVersion,
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(form && { body: new URLSearchParams(form).toString() }),
      timeoutMs: 30_000,
    })
    const failed = new AppError(
      502,
      'payment_provider_failed',
      `Stripe responded with status ${response.status}. Try again.`,
    )
    // Stripe is busy or still processing a request with the same key, so the result is unknown.
    if (response.status === 409 || response.status === 429 || response.status >= 500) throw failed
    const body = parse(response.body.toString('utf8'))
    if (body === null) throw failed
    if (response.status >= 400) throw conflict('payment_refused', `Stripe refused: ${messageOf(body)}`)
    return body as T
  }
}

function parse(text: string): object | null {
  try {
    return JSON.parse(text) as object | null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const messageOf = (body: object) =>
  ((body as { error?: { message?: string } }).error?.message ?? 'no reason given.').slice(0, 300)

/** Converts an intent's status to the state of a payment (docs.stripe.com/payments/paymentintents/lifecycle). */
export function stateOf(intent: StripeIntent): ProviderState {
  const currency = intent.currency.toUpperCase()
  return { signal: signalOf(intent), amountMinor: fromStripeAmount(intent.amount_received, currency), currency }
}

function signalOf({ status, last_payment_error }: StripeIntent): ProviderState['signal'] {
  switch (status) {
    case 'succeeded':
      return 'succeed'
    case 'processing':
    case 'requires_capture':
      return 'process'
    case 'canceled':
      return 'fail'
    default:
      return last_payment_error ? 'fail' : null
  }
}

export function refundOf({ id, status }: StripeRefund): ProviderRefund {
  const ended =
    status === 'succeeded' ? 'succeeded' : status === 'failed' || status === 'canceled' ? 'failed' : 'pending'
  return { status: ended, ref: id }
}
