import { z } from 'zod'
import { id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { name } from '../schema.ts'
import { orderStatuses, paymentStatuses } from '../transitions.ts'

export const Order = z.object({
  id: id.describe('Id of the order.'),
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  orderId: z.string().describe('The number people call it by: 1001, 1002, … in each shop.'),
  customerId: id.nullable().describe('The customer, a contact of the workspace.'),
  customerName: z.string().describe("The customer's name."),
  conversationId: id.nullable().describe('The conversation it came from, if any.'),
  formId: id.nullable().describe('The form it came from, if any.'),
  items: z
    .array(
      z.object({
        productId: id.describe('The product.'),
        productName: z.string().describe("The product's name at that moment."),
        quantity: z.int().describe('How many pieces.'),
        price: z.number().describe('Price of one piece in major units, at that moment.'),
      }),
    )
    .describe('What was ordered, with names and prices of that moment.'),
  currency: z.string().describe('ISO 4217 code of all amounts of the order.'),
  totalAmount: z.number().describe('Sum of the items in major units, like 39.98.'),
  status: z
    .enum(orderStatuses)
    .describe('`pending`, `processing`, `completed` or `cancelled`. Cancelling returns the stock.'),
  paymentStatus: z.enum(paymentStatuses).describe('State of the payment; it changes by payments only.'),
  paymentIntentId: z.string().nullable().describe("The provider's id of the latest payment."),
  reservedUntil: instant
    .nullable()
    .describe('A public order that is not paid by then is cancelled and its stock returned; null: no such time.'),
  submittedAt: instant.describe('When it was placed.'),
  updatedAt: instant.describe('When the order was last changed.'),
})
export type Order = z.output<typeof Order>

export const OrderWithHistory = Order.extend({
  history: z
    .array(
      z.object({
        kind: z.enum(['status', 'payment']).describe("What changed: the order's state or its payment."),
        from: z.string().describe('The state before.'),
        to: z.string().describe('The state after.'),
        reason: z
          .enum(['not_paid_in_time'])
          .nullable()
          .describe('`not_paid_in_time` when the server cancelled an unpaid public order, else null.'),
        userId: id.nullable().describe('The member who changed it; null for the customer or a provider.'),
        at: instant.describe('When it changed.'),
      }),
    )
    .describe('Every change of state, oldest first.'),
})

/** An order's id, or its number. */
export const orderId = z.union([id, z.string().regex(/^\d{1,9}$/)], "Give an order's id or its number.")

const items = z
  .array(
    z.object({
      productId: id.describe('The product.'),
      quantity: z.int().min(1).max(1000).describe('How many pieces.'),
    }),
  )
  .min(1, 'Order at least one product.')
  .max(100)
export const NewOrder = z.object({
  customerName: name.describe("The customer's name."),
  customerId: optional(id).describe('The customer, a contact of the workspace.'),
  conversationId: optional(id).describe('The conversation it came from, if any.'),
  formId: optional(id).describe('The form it came from, if any.'),
  items: items.describe('What is ordered.'),
})
export type NewOrder = z.output<typeof NewOrder>
/** Pieces in one order from the public page; the team takes larger ones. */
const maxPublicPieces = 100

export const PublicNewOrder = z.object({
  customerName: name.describe("The customer's name."),
  email: optional(z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))).describe(
    "The customer's e-mail address.",
  ),
  phone: optional(text(50)).describe("The customer's telephone number, in any spelling."),
  items: items
    .refine(
      (lines) => lines.reduce((sum, { quantity }) => sum + quantity, 0) <= maxPublicPieces,
      `Order at most ${maxPublicPieces} pieces at once. Ask the shop for more.`,
    )
    .describe(`What is ordered; ${maxPublicPieces} pieces altogether at most.`),
})
export type PublicNewOrder = z.output<typeof PublicNewOrder>
/** An order as its customer sees it. */
export const CustomerOrder = Order.pick({
  id: true,
  orderId: true,
  items: true,
  currency: true,
  totalAmount: true,
  status: true,
  paymentStatus: true,
  reservedUntil: true,
  submittedAt: true,
})

/** The customer's receipt. */
export const PlacedOrder = CustomerOrder.extend({
  orderToken: z.string().describe('Bearer token by which the customer sees and pays for this order, for 90 days.'),
})

export const OrderQuery = page().extend({
  status: optional(z.enum(orderStatuses)).describe('Only orders in this state.'),
  paymentStatus: optional(z.enum(paymentStatuses)).describe('Only orders whose payment is in this state.'),
  customerId: optional(id).describe('Only orders of this customer.'),
  conversationId: optional(id).describe('Only orders from this conversation.'),
})
export type OrderQuery = z.output<typeof OrderQuery>
