import type { Ctx } from '../../../platform/context.ts'
import type { PaymentRow } from './queries.ts'
import type { ProviderName } from './schema.ts'
import type { PaymentSignal } from './transitions.ts'

/** The state of a payment at its provider. `signal` is null while there is no result. */
export interface ProviderState {
  signal: Extract<PaymentSignal, 'process' | 'succeed' | 'fail' | 'cancel'> | null
  /** The amount the provider has received, in minor units. */
  amountMinor: number
  /** ISO 4217. */
  currency: string
  /** The provider's id of the capture, for providers whose refunds need it. */
  captureRef?: string
}

export interface ProviderRefund {
  status: 'succeeded' | 'pending' | 'failed'
  ref: string | null
}

/** A payment provider. Calls are idempotent by the ids of the payment and the refund. */
export interface PaymentProvider {
  readonly name: ProviderName
  /** True when the provider makes no network requests, so it can be called within a transaction. */
  readonly isLocal: boolean
  /** Creates the payment at the provider, or returns the existing one. Throws 409 `payment_refused`, 502. */
  open(payment: PaymentRow): Promise<{ ref: string | null; clientSecret?: string; approvalUrl?: string }>
  /**
   * Returns the state of a payment and captures an approved one. A manual payment is confirmed if the caller's role allows
   * it. Throws 403, 409 and 502.
   */
  confirm(ctx: Ctx, payment: PaymentRow): Promise<ProviderState>
  /**
   * Gives a payment up, so that it can no longer be paid, and returns its state: `cancel`, or the other result that the
   * provider has reached. Throws 409 and 502.
   */
  cancel(payment: PaymentRow): Promise<ProviderState>
  /** Refunds an amount. Throws 409 `payment_refused` when the provider refuses, 502 when the result is unknown. */
  refund(payment: PaymentRow, refund: { id: string; amountMinor: number }): Promise<ProviderRefund>
}
