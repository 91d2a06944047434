import { z } from 'zod'
import { id, instant } from '../../platform/http/fields.ts'
import { orderStatuses, paymentStatuses } from './transitions.ts'

export const Order = z.object({
  id,
  shopId: id,
  /** What people call it: 1001, 1002, … in each shop. */
  orderId: z.string(),
  customerId: id.nullable(),
  customerName: z.string(),
  conversationId: id.nullable(),
  formId: id.nullable(),
  items: z.array(
    z.object({ productId: id, productName: z.string(), quantity: z.int(), price: z.number() }),
  ),
  /** ISO 4217. */
  currency: z.string(),
  totalAmount: z.number(),
  status: z.enum(orderStatuses),
  paymentStatus: z.enum(paymentStatuses),
  paymentIntentId: z.string().nullable(),
  submittedAt: instant,
  updatedAt: instant,
})
export type Order = z.output<typeof Order>
