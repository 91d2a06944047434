import { forbidden } from '../../../platform/errors.ts'
import type { PaymentProvider } from './provider.ts'

/** Bank transfer or cash on delivery: an owner or admin confirms that the money has arrived, and pays refunds. */
export const manual: PaymentProvider = {
  name: 'manual',
  isLocal: true,
  async open() {
    return { ref: null }
  },
  async confirm(ctx, { amount_minor, currency }) {
    const { role } = await ctx.db.actor()
    if (role !== 'owner' && role !== 'admin') throw forbidden('Only an owner or admin can confirm a manual payment.')
    return { signal: 'succeed', amountMinor: amount_minor, currency }
  },
  async cancel({ currency }) {
    return { signal: 'cancel', amountMinor: 0, currency }
  },
  async refund() {
    return { status: 'succeeded', ref: null }
  },
}
