import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { currency, description, name } from '../schema.ts'

export const itemTypes = ['product', 'service'] as const
export const buttonTypes = ['postback', 'web_url', 'open_form'] as const

/** A button under a product in a chat. */
const Button = z.object({
  id: text(100).optional().describe('Id that the front-end gave the button.'),
  type: z
    .enum(buttonTypes)
    .describe('What it does: sends `payload` as a message, opens `url`, or opens the form with the id `payload`.'),
  title: text(100).describe('Text of the button.'),
  payload: z.string().max(1000).optional().describe('The message to send, or the id of the form.'),
  url: z
    .string()
    .trim()
    .max(2000)
    .regex(/^(https?:\/\/.*)?$/, 'Must be an http(s) URL.')
    .optional()
    .describe('The page to open.'),
})
export type Button = z.output<typeof Button>

export const StockChange = z.object({
  id: id.describe('Id of the change.'),
  change: z.int().describe('Units added; negative: units removed.'),
  newStock: z.int().describe('Units in stock after the change.'),
  reason: z
    .string()
    .describe("Why it changed, in a member's words; the server writes `Order placed`, `Order cancelled` and so on."),
  userId: id.nullable().describe('User id of the member who changed it. `null`: a customer or the server.'),
  timestamp: z.number().describe('When it changed, in milliseconds since the Unix epoch.'),
})

export const Product = z.object({
  id: id.describe('Id of the product.'),
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  name: z.string().describe('Name of the product.'),
  description: z.string().nullable().describe('Text for customers.'),
  subtitle: z.string().nullable().describe('One line for places too small for the description.'),
  itemType: z.enum(itemTypes).describe('`product`, or `service`, whose stock is the number of places.'),
  category: z.string().nullable().describe('Category of the product.'),
  retailPrice: z.number().describe('Unit price in major units, such as 19.99.'),
  price: z.number().describe('Unit price of an order placed now: `promoPrice` during the promotion.'),
  originalPrice: z.number().nullable().describe('What the shop paid for a unit. Never shown to the public.'),
  promoPrice: z.number().nullable().describe('Unit price during the promotion.'),
  promoStartDate: z.iso.date().nullable().describe("First day of the promotion, in the workspace's time zone."),
  promoEndDate: z.iso.date().nullable().describe('Last day of the promotion. It needs both days.'),
  currency: z.string().describe("ISO 4217 code of the price. Default: the shop's."),
  stock: z.int().describe('Number of units in stock. Orders reduce it.'),
  warranty: z.string().nullable().describe('Warranty, in words.'),
  durationMinutes: z.int().nullable().describe('How long the service takes.'),
  location: z.string().nullable().describe('Where the service takes place.'),
  formId: id.nullable().describe('Id of the form with which customers order it.'),
  buttons: z.array(Button).describe('Buttons under the product in a chat.'),
  imageUrl: z.string().nullable().describe('URL of the image.'),
  stockHistory: z
    .array(StockChange)
    .optional()
    .describe('The newest changes of the stock, newest first; only in a list with `stockChanges`.'),
  createdAt: instant.describe('When the product was created.'),
  updatedAt: instant.describe('When the product was last changed.'),
})
export type Product = z.output<typeof Product>

/** A product as shown to the public. */
export const PublicProduct = Product.pick({
  id: true,
  name: true,
  description: true,
  subtitle: true,
  itemType: true,
  category: true,
  retailPrice: true,
  price: true,
  currency: true,
  warranty: true,
  durationMinutes: true,
  location: true,
  formId: true,
  buttons: true,
  imageUrl: true,
}).extend({ inStock: z.boolean().describe('True when at least one unit is in stock.') })

const category = text(100)
const subtitle = text(200)
const reason = text(200)
const warranty = text(200)
const durationMinutes = z.int().min(1).max(527_040)
const location = text(300)
const date = z.iso.date('Must be a date in the form YYYY-MM-DD.')
const buttons = z.array(Button).max(10)
/** ISO dates compare like text. */
interface Promotion {
  promoStartDate?: string | null | undefined
  promoEndDate?: string | null | undefined
}
const endsAfterItStarts = ({ promoStartDate: start, promoEndDate: end }: Promotion) =>
  typeof start !== 'string' || typeof end !== 'string' || start <= end
const endsTooEarly = { message: 'A promotion must end on or after the day on which it starts.', path: ['promoEndDate'] }
const price = z.number().min(0).max(100_000_000)
const stock = z.int().min(0).max(1_000_000_000)
const imageUrl = z
  .string()
  .trim()
  .max(2000)
  .regex(/^(https?:\/\/|\/(?!\/))/, 'Must be an http(s) URL or a path on this server.')

export const NewProduct = z
  .object({
    name: name.describe('Name of the product.'),
    description: optional(description).describe('Text for customers.'),
    category: optional(category).describe('Category of the product.'),
    retailPrice: price.describe('Unit price in major units, such as 19.99.'),
    currency: optional(currency).describe("ISO 4217 code of the price. Default: the shop's."),
    stock: stock.default(0).describe('Number of units in stock. Orders reduce it.'),
    subtitle: optional(subtitle).describe('One line for places too small for the description.'),
    itemType: optional(z.enum(itemTypes)).describe('`product`, or `service`, whose stock is the number of places.'),
    originalPrice: optional(price).describe('What the shop paid for a unit. Never shown to the public.'),
    promoPrice: optional(price).describe('Unit price during the promotion.'),
    promoStartDate: optional(date).describe("First day of the promotion, in the workspace's time zone."),
    promoEndDate: optional(date).describe('Last day of the promotion. It needs both days.'),
    warranty: optional(warranty).describe('Warranty, in words.'),
    durationMinutes: optional(durationMinutes).describe('How long the service takes.'),
    location: optional(location).describe('Where the service takes place.'),
    formId: optional(id).describe('Id of the form with which customers order it.'),
    buttons: optional(buttons).describe('Buttons under the product in a chat.'),
    imageUrl: optional(imageUrl).describe('URL of the image.'),
  })
  .refine(endsAfterItStarts, endsTooEarly)
export type NewProduct = z.output<typeof NewProduct>
export const ProductChanges = z
  .object({
    name: optional(name).describe('Name of the product.'),
    description: clearable(description).describe('Text for customers. `null` clears it.'),
    category: clearable(category).describe('Category of the product. `null` clears it.'),
    retailPrice: optional(price).describe('Unit price in major units, such as 19.99.'),
    currency: optional(currency).describe("ISO 4217 code of the price. Default: the shop's."),
    stock: optional(stock).describe('Number of units in stock. Orders reduce it.'),
    stockReason: optional(reason).describe('Why `stock` changes, for the stock history.'),
    subtitle: clearable(subtitle).describe('One line for places too small for the description. `null` clears it.'),
    itemType: optional(z.enum(itemTypes)).describe('`product`, or `service`, whose stock is the number of places.'),
    originalPrice: clearable(price).describe(
      'What the shop paid for a unit. Never shown to the public. `null` clears it.',
    ),
    promoPrice: clearable(price).describe('Unit price during the promotion. `null` clears it.'),
    promoStartDate: clearable(date).describe(
      "First day of the promotion, in the workspace's time zone. `null` clears it.",
    ),
    promoEndDate: clearable(date).describe('Last day of the promotion. `null` clears it.'),
    warranty: clearable(warranty).describe('Warranty, in words. `null` clears it.'),
    durationMinutes: clearable(durationMinutes).describe('How long the service takes. `null` clears it.'),
    location: clearable(location).describe('Where the service takes place. `null` clears it.'),
    formId: clearable(id).describe('Id of the form with which customers order it. `null` clears it.'),
    buttons: optional(buttons).describe('Buttons under the product in a chat.'),
    imageUrl: clearable(imageUrl).describe('URL of the image. `null` clears it.'),
  })
  .refine(endsAfterItStarts, endsTooEarly)
export type ProductChanges = z.output<typeof ProductChanges>
export const ProductQuery = page().extend({
  category: optional(category).describe('Only products of this category.'),
  stockChanges: z.coerce
    .number()
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe('Number of newest stock changes to include in each product, as `stockHistory`.'),
})
export type ProductQuery = z.output<typeof ProductQuery>

export const NewStockChange = z.object({
  change: z
    .int()
    .min(-1_000_000_000)
    .max(1_000_000_000)
    .refine((change) => change !== 0, 'Must not be 0.')
    .describe('Units to add; negative: units to remove.'),
  reason: optional(reason).describe('Why it changes, for the stock history.'),
})
export type NewStockChange = z.output<typeof NewStockChange>
