import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { currency, description, name } from '../schema.ts'

export const Product = z.object({
  id: id.describe('Id of the product.'),
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  name: z.string().describe('Name of the product.'),
  description: z.string().nullable().describe('Text for customers.'),
  category: z.string().nullable().describe('Category of the product.'),
  retailPrice: z.number().describe('Unit price in major units, such as 19.99.'),
  currency: z.string().describe("ISO 4217 code of the price. Default: the shop's."),
  stock: z.int().describe('Number of units in stock. Orders reduce it.'),
  imageUrl: z.string().nullable().describe('URL of the image.'),
  createdAt: instant.describe('When the product was created.'),
  updatedAt: instant.describe('When the product was last changed.'),
})
export type Product = z.output<typeof Product>

/** A product as shown to the public. */
export const PublicProduct = Product.pick({
  id: true,
  name: true,
  description: true,
  category: true,
  retailPrice: true,
  currency: true,
  imageUrl: true,
}).extend({ inStock: z.boolean().describe('True when at least one unit is in stock.') })

const category = text(100)
const price = z.number().min(0).max(100_000_000)
const stock = z.int().min(0).max(1_000_000_000)
const imageUrl = z
  .string()
  .trim()
  .max(2000)
  .regex(/^(https?:\/\/|\/(?!\/))/, 'Must be an http(s) URL or a path on this server.')

export const NewProduct = z.object({
  name: name.describe('Name of the product.'),
  description: optional(description).describe('Text for customers.'),
  category: optional(category).describe('Category of the product.'),
  retailPrice: price.describe('Unit price in major units, such as 19.99.'),
  currency: optional(currency).describe("ISO 4217 code of the price. Default: the shop's."),
  stock: stock.default(0).describe('Number of units in stock. Orders reduce it.'),
  imageUrl: optional(imageUrl).describe('URL of the image.'),
})
export type NewProduct = z.output<typeof NewProduct>
export const ProductChanges = z.object({
  name: optional(name).describe('Name of the product.'),
  description: clearable(description).describe('Text for customers. `null` clears it.'),
  category: clearable(category).describe('Category of the product. `null` clears it.'),
  retailPrice: optional(price).describe('Unit price in major units, such as 19.99.'),
  currency: optional(currency).describe("ISO 4217 code of the price. Default: the shop's."),
  stock: optional(stock).describe('Number of units in stock. Orders reduce it.'),
  imageUrl: clearable(imageUrl).describe('URL of the image. `null` clears it.'),
})
export type ProductChanges = z.output<typeof ProductChanges>
export const ProductQuery = page().extend({ category: optional(category).describe('Only products of this category.') })
export type ProductQuery = z.output<typeof ProductQuery>
