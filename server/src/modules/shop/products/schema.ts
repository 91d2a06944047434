import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { currency, description, name } from '../schema.ts'

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
