import type { z } from 'zod'
import { toMajor } from '../../../platform/money.ts'
import type { ProductRow } from './products.ts'
import type { StockChangeRow } from './stock.ts'
import type * as schema from './schema.ts'

const optionalAmount = (minor: number | null, currency: string) => (minor === null ? null : toMajor(minor, currency))

export const toProduct = (row: ProductRow): schema.Product => ({
  id: row.id,
  shopId: row.workspace_id,
  name: row.name,
  description: row.description,
  subtitle: row.subtitle,
  itemType: row.item_type,
  category: row.category,
  retailPrice: toMajor(row.price_minor, row.currency),
  price: toMajor(row.current_price_minor, row.currency),
  originalPrice: optionalAmount(row.original_price_minor, row.currency),
  promoPrice: optionalAmount(row.promo_price_minor, row.currency),
  promoStartDate: row.promo_starts_on,
  promoEndDate: row.promo_ends_on,
  currency: row.currency,
  stock: row.stock,
  warranty: row.warranty,
  durationMinutes: row.duration_minutes,
  location: row.location,
  formId: row.form_id,
  buttons: row.buttons,
  imageUrl: row.image_file_id ? `/api/public/shops/${row.workspace_id}/products/${row.id}/image` : row.image_url,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toPublicProduct = (row: ProductRow): z.input<typeof schema.PublicProduct> => ({
  ...toProduct(row),
  inStock: row.stock > 0,
})

export const toStockChange = (row: StockChangeRow): z.input<typeof schema.StockChange> => ({
  id: row.id,
  change: row.change,
  newStock: row.stock_after,
  reason: row.reason,
  userId: row.user_id,
  timestamp: Date.parse(row.created_at),
})
