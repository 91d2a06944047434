import { z } from 'zod'
import { id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { name } from '../schema.ts'
import { orderStatuses, paymentStatuses } from '../transitions.ts'

export const Order = z.object({
  id,
  shopId: id,
  /** What people call it: 1001, 1002, … in each shop. */
  orderId: z.string(),
  customerId: id.nullable(),
  customerName: z.string(),
  conversationId: id.nullable(),
  formId: id.nullable(),
  items: z.array(z.object({ productId: id, productName: z.string(), quantity: z.int(), price: z.number() })),
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

export const OrderWithHistory = Order.extend({
  history: z.array(
    z.object({
      kind: z.enum(['status', 'payment']),
      from: z.string(),
      to: z.string(),
      userId: id.nullable(),
      at: instant,
    }),
  ),
})

/** An order's id, or its number. */
export const orderId = z.union([id, z.string().regex(/^\d{1,9}$/)], "Give an order's id or its number.")

const items = z
  .array(z.object({ productId: id, quantity: z.int().min(1).max(1000) }))
  .min(1, 'Order at least one product.')
  .max(100)
export const NewOrder = z.object({
  customerName: name,
  customerId: optional(id),
  conversationId: optional(id),
  formId: optional(id),
  items,
})
export type NewOrder = z.output<typeof NewOrder>
export const PublicNewOrder = z.object({
  customerName: name,
  email: optional(z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))),
  phone: optional(text(50)),
  items,
})
export type PublicNewOrder = z.output<typeof PublicNewOrder>
/** The customer's receipt. */
export const PlacedOrder = Order.pick({
  id: true,
  orderId: true,
  items: true,
  currency: true,
  totalAmount: true,
  status: true,
  paymentStatus: true,
  submittedAt: true,
})

export const OrderQuery = page().extend({
  status: optional(z.enum(orderStatuses)),
  paymentStatus: optional(z.enum(paymentStatuses)),
  customerId: optional(id),
  conversationId: optional(id),
})
export type OrderQuery = z.output<typeof OrderQuery>
