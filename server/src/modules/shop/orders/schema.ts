import { z } from 'zod'
import { id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { name } from '../schema.ts'
import { orderStatuses, paymentStatuses } from '../transitions.ts'

export const Order = z.object({
  id: id.describe('Id of the order.'),
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  orderId: z.string().describe('Order number, unique in the shop: 1001, 1002, …'),
  customerId: id.nullable().describe('Id of the customer, a contact of the workspace.'),
  customerName: z.string().describe("The customer's name."),
  conversationId: id.nullable().describe('Id of the conversation that the order was placed in, if any.'),
  formId: id.nullable().describe('Id of the form that the order was placed with, if any.'),
  items: z
    .array(
      z.object({
        productId: id.describe('Id of the product.'),
        productName: z.string().describe("The product's name when the order was placed."),
        quantity: z.int().describe('Number of units.'),
        price: z.number().describe('Unit price in major units when the order was placed.'),
      }),
    )
    .describe('The ordered products, with their names and prices when the order was placed.'),
  currency: z.string().describe('ISO 4217 code of all amounts of the order.'),
  totalAmount: z.number().describe('Total of the items in major units, such as 39.98.'),
  status: z
    .enum(orderStatuses)
    .describe('`pending`, `processing`, `completed` or `cancelled`. Cancelling returns the stock.'),
  paymentStatus: z.enum(paymentStatuses).describe('State of the payment. Only payments and refunds change it.'),
  paymentIntentId: z.string().nullable().describe("The provider's id of the latest payment."),
  reservedUntil: instant
    .nullable()
    .describe(
      'A public order that is unpaid at this time is cancelled and its stock returned. `null`: there is no deadline.',
    ),
  submittedAt: instant.describe('When the order was placed.'),
  updatedAt: instant.describe('When the order was last changed.'),
})
export type Order = z.output<typeof Order>

export const OrderWithHistory = Order.extend({
  history: z
    .array(
      z.object({
        kind: z.enum(['status', 'payment']).describe("What changed: the order's status or its payment status."),
        from: z.string().describe('The status before the change.'),
        to: z.string().describe('The status after the change.'),
        reason: z
          .enum(['not_paid_in_time'])
          .nullable()
          .describe('`not_paid_in_time` when the server cancelled an unpaid public order, otherwise null.'),
        userId: id
          .nullable()
          .describe(
            'User id of the member who made the change. `null`: the customer, a payment provider or the server.',
          ),
        at: instant.describe('When the change was made.'),
      }),
    )
    .describe('The changes of the status and of the payment status, oldest first.'),
})

/** An order's id, or its number. */
export const orderId = z.union([id, z.string().regex(/^\d{1,9}$/)], "Must be an order's id or number.")

const items = z
  .array(
    z.object({
      productId: id.describe('Id of the product.'),
      quantity: z.int().min(1).max(1000).describe('Number of units.'),
    }),
  )
  .min(1, 'Must contain at least one product.')
  .max(100)
export const NewOrder = z.object({
  customerName: name.describe("The customer's name."),
  customerId: optional(id).describe('Id of the customer, a contact of the workspace.'),
  conversationId: optional(id).describe('Id of the conversation that the order was placed in, if any.'),
  formId: optional(id).describe('Id of the form that the order was placed with, if any.'),
  items: items.describe('The products to order.'),
})
export type NewOrder = z.output<typeof NewOrder>
/** Maximum units in one order from the public page. Members can create larger orders. */
const maxPublicUnits = 100

export const PublicNewOrder = z.object({
  customerName: name.describe("The customer's name."),
  email: optional(z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))).describe(
    "The customer's e-mail address.",
  ),
  phone: optional(text(50)).describe("The customer's telephone number, in any common format."),
  items: items
    .refine(
      (lines) => lines.reduce((sum, { quantity }) => sum + quantity, 0) <= maxPublicUnits,
      `An order can have at most ${maxPublicUnits} units. Contact the shop to order more.`,
    )
    .describe(`The products to order, at most ${maxPublicUnits} units in total.`),
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
  orderToken: z.string().describe('Bearer token that lets the customer read and pay for this order for 90 days.'),
})

export const OrderQuery = page().extend({
  status: optional(z.enum(orderStatuses)).describe('Only orders with this status.'),
  paymentStatus: optional(z.enum(paymentStatuses)).describe('Only orders with this payment status.'),
  customerId: optional(id).describe('Only orders of this customer.'),
  conversationId: optional(id).describe('Only orders from this conversation.'),
})
export type OrderQuery = z.output<typeof OrderQuery>
