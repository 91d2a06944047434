import type { z } from 'zod'
import { toMajor } from '../../../platform/money.ts'
import type { OrderChange, OrderRow } from './queries.ts'
import type * as schema from './schema.ts'

export const toOrder = (row: OrderRow): schema.Order => ({
  id: row.id,
  shopId: row.workspace_id,
  orderId: String(row.number),
  customerId: row.contact_id,
  customerName: row.customer_name,
  conversationId: row.conversation_id,
  formId: row.form_id,
  items: row.items.map((item) => ({
    productId: item.product_id,
    productName: item.product_name,
    quantity: item.quantity,
    price: toMajor(item.price_minor, row.currency),
  })),
  currency: row.currency,
  totalAmount: toMajor(row.total_minor, row.currency),
  status: row.status,
  paymentStatus: row.payment_status,
  paymentIntentId: row.payment_intent_id,
  reservedUntil: row.reserved_until ?? null,
  submittedAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toOrderWithHistory = (found: {
  order: OrderRow
  history: OrderChange[]
}): z.input<typeof schema.OrderWithHistory> => ({
  ...toOrder(found.order),
  history: found.history.map((change) => ({
    kind: change.kind,
    from: change.before,
    to: change.after,
    reason: change.reason,
    userId: change.user_id,
    at: change.created_at,
  })),
})
