import type { OrderRow } from './order-row.ts'
import { toMajor } from './money.ts'
import type { Order } from './schema.ts'

// The shop's front-end speaks camelCase and decimal amounts: this is the only place that knows.

export const toOrder = (row: OrderRow): Order => ({
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
  submittedAt: row.created_at,
  updatedAt: row.updated_at,
})
