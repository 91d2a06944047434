import type { Ctx } from '../../../platform/context.ts'
import type { PaymentRow } from './payment-row.ts'
import type { ProviderName } from './schema.ts'
import type { PaymentSignal } from './transitions.ts'

/** How a payment stands at its provider; `signal` null: nothing to tell yet. */
export interface ProviderState {
  signal: Extract<PaymentSignal, 'process' | 'succeed' | 'fail'> | null
  /** What the provider has taken, in minor units. */
  amountMinor: number
  /** ISO 4217. */
  currency: string
  /** The provider's id of what it took, where refunds ask for that. */
  captureRef?: string
}

export interface ProviderRefund {
  status: 'succeeded' | 'pending' | 'failed'
  ref: string | null
}

/** Somebody who takes money for the shop. Calls with the same ids have one effect, however often they are made. */
export interface PaymentProvider {
  readonly name: ProviderName
  /** Answers at once and from here, so that asking it may be a part of a transaction. */
  readonly isLocal: boolean
  /** Tells it of a payment, again if need be. Throws 409 `payment_refused`, 502. */
  open(payment: PaymentRow): Promise<{ ref: string | null; clientSecret?: string; approvalUrl?: string }>
  /**
   * Asks how it stands, and takes what the customer has approved; where people confirm, checks that this one may.
   * Throws 403, 409 and 502.
   */
  confirm(ctx: Ctx, payment: PaymentRow): Promise<ProviderState>
  /** Throws 409 `payment_refused` for what it will not do, 502 when nobody knows whether it did. */
  refund(payment: PaymentRow, refund: { id: string; amountMinor: number }): Promise<ProviderRefund>
}
