import { toMajor } from '../../../platform/money.ts'
import type { Intent } from './intents.ts'
import type { PaymentRow } from './queries.ts'
import type { Payment } from './schema.ts'

export const toPayment = (row: PaymentRow): Payment => ({
  id: row.id,
  orderId: row.order_id,
  amount: toMajor(row.amount_minor, row.currency),
  currency: row.currency,
  status: row.status,
  provider: row.provider,
  refundedAmount: toMajor(row.refunded_minor, row.currency),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toIntent = ({ payment, clientSecret, approvalUrl }: Intent): Payment => ({
  ...toPayment(payment),
  ...(approvalUrl !== undefined && { approvalUrl }),
  ...(clientSecret !== undefined && { clientSecret }),
})
