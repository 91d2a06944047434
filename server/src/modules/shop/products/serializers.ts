import type { z } from 'zod'
import { toMajor } from '../../../platform/money.ts'
import type { ProductRow } from './products.ts'
import type * as schema from './schema.ts'

export const toProduct = (row: ProductRow): schema.Product => ({
  id: row.id,
  shopId: row.workspace_id,
  name: row.name,
  description: row.description,
  category: row.category,
  retailPrice: toMajor(row.price_minor, row.currency),
  currency: row.currency,
  stock: row.stock,
  imageUrl: row.image_file_id ? `/api/public/shops/${row.workspace_id}/products/${row.id}/image` : row.image_url,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toPublicProduct = (row: ProductRow): z.input<typeof schema.PublicProduct> => ({
  ...toProduct(row),
  inStock: row.stock > 0,
})
