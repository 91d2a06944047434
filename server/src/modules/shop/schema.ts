import { z } from 'zod'
import { role } from '../identity/schema.ts'
import { integrationStatuses } from '../integrations/schema.ts'
import { clearable, id, instant, optional, page, text } from '../../platform/http/fields.ts'
import { orderStatuses, paymentStatuses } from './transitions.ts'

/** A page of a list, as the shop's front-end names it. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() })

const currencies = new Set(Intl.supportedValuesOf('currency'))

const name = text(200)
const description = text(5000)
const currency = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => currencies.has(code), 'Give a currency by its ISO 4217 code, like EUR.')

// Shops

export const ShopSummary = z.object({
  id,
  name: z.string(),
  description: z.string().nullable(),
  /** ISO 4217: what new products are priced in. */
  currency: z.string(),
  /** Mine in it. */
  role: role.nullable(),
  createdAt: instant,
  updatedAt: instant,
})

export const Teammate = z.object({
  userId: id,
  name: z.string().nullable(),
  email: z.string(),
  avatarUrl: z.string().nullable(),
  role,
  addedAt: instant,
})

/** How a shop stands with a platform. The token itself is never shown. */
const ShopConnection = z.object({
  isConnected: z.boolean(),
  status: z.enum(integrationStatuses),
  /** The account at the platform: a page, a bot. */
  pageId: z.string().nullable(),
  accountName: z.string().nullable(),
  expiresAt: instant.nullable(),
  lastSync: instant.nullable(),
})

export const Shop = ShopSummary.extend({
  ownerId: id.nullable(),
  team: z.array(z.object({ userId: id, role, addedAt: instant })),
  /** By platform: facebook, instagram, tiktok, telegram, viber, whatsapp. */
  integrations: z.record(z.string(), ShopConnection),
})
export const NewShop = z.object({ name, description: optional(description), currency: optional(currency) })
export type NewShop = z.output<typeof NewShop>
export const ShopChanges = z.object({
  name: optional(name),
  description: clearable(description),
  currency: optional(currency),
})
export type ShopChanges = z.output<typeof ShopChanges>

/** Somebody by their address, or somebody I share another shop or workspace with by their id. */
export const NewTeammate = z
  .object({
    email: optional(z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))),
    userId: optional(id),
    role: role.default('agent'),
  })
  .refine(({ email, userId }) => email !== undefined || userId !== undefined, {
    message: 'Say who: an e-mail address or a user id.',
    path: ['email'],
  })
export type NewTeammate = z.output<typeof NewTeammate>
export const TeamInvitation = z.object({
  id,
  email: z.string(),
  role,
  token: z.string(),
  acceptUrl: z.string(),
  createdAt: instant,
  expiresAt: instant,
})

// Products

export const Product = z.object({
  id,
  shopId: id,
  name: z.string(),
  description: z.string().nullable(),
  category: z.string().nullable(),
  retailPrice: z.number(),
  currency: z.string(),
  stock: z.int(),
  imageUrl: z.string().nullable(),
  createdAt: instant,
  updatedAt: instant,
})
export type Product = z.output<typeof Product>

/** What a stranger sees of it. */
export const PublicProduct = Product.pick({
  id: true,
  name: true,
  description: true,
  category: true,
  retailPrice: true,
  currency: true,
  imageUrl: true,
}).extend({ inStock: z.boolean() })

const category = text(100)
const price = z.number().min(0).max(100_000_000)
const stock = z.int().min(0).max(1_000_000_000)
const imageUrl = z
  .string()
  .trim()
  .max(2000)
  .regex(/^(https?:\/\/|\/(?!\/))/, 'Give an http(s) address or a path on this server.')

export const NewProduct = z.object({
  name,
  description: optional(description),
  category: optional(category),
  retailPrice: price,
  currency: optional(currency),
  stock: stock.default(0),
  imageUrl: optional(imageUrl),
})
export type NewProduct = z.output<typeof NewProduct>
export const ProductChanges = z.object({
  name: optional(name),
  description: clearable(description),
  category: clearable(category),
  retailPrice: optional(price),
  currency: optional(currency),
  stock: optional(stock),
  imageUrl: clearable(imageUrl),
})
export type ProductChanges = z.output<typeof ProductChanges>
export const ProductQuery = page().extend({ category: optional(category) })
export type ProductQuery = z.output<typeof ProductQuery>

// Orders

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
