import { forbidden } from '../../../platform/errors.ts'
import type { PaymentProvider } from './provider.ts'

/** Bank transfer, cash on delivery: an owner or admin says that the money came, and gives it back. */
export const manual: PaymentProvider = {
  name: 'manual',
  isLocal: true,
  async open() {
    return { ref: null }
  },
  async confirm(ctx, { amount_minor, currency }) {
    const { role } = await ctx.db.actor()
    if (role !== 'owner' && role !== 'admin') throw forbidden('An owner or admin confirms that the money has come.')
    return { signal: 'succeed', amountMinor: amount_minor, currency }
  },
  async refund() {
    return { status: 'succeeded', ref: null }
  },
}
