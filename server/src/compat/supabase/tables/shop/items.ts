import { type Item, type TableView, field, owned, reads, written } from '../table.ts'
import { shopId, shopOf, someId } from './configuration.ts'
import { memberOf } from './team.ts'

/** A column under another name than the operation's field. */
export const as = (name: string, to: (value: unknown) => unknown = (value) => value) =>
  written(name, (value) => ({ [name]: to(value) }))

/** The day of a date or time. */
const toDay = (value: unknown) => (typeof value === 'string' ? value.slice(0, 10) : value)

export const items: TableView = {
  name: 'items',
  of: ['shop'],
  about: 'Products and services.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    shop_id: shopId,
    name: field('name', 'Espresso cup'),
    description: field('description'),
    category: field('category'),
    item_type: as('itemType'),
    facebook_subtitle: as('subtitle'),
    retail_price: as('retailPrice'),
    original_price: as('originalPrice'),
    promo_price: as('promoPrice'),
    promo_start_date: as('promoStartDate', toDay),
    promo_end_date: as('promoEndDate', toDay),
    stock: field('stock'),
    warranty: field('warranty'),
    duration: as('durationMinutes'),
    location: field('location'),
    form_id: as('formId'),
    buttons: field('buttons'),
    image_url: as('imageUrl'),
    created_at: owned('createdAt'),
    updated_at: owned('updatedAt'),
  },
  list: { operation: 'listProducts', filters: { category: 'category' }, form: 'list' },
  one: { operation: 'getProduct', param: 'productId' },
  insert: {
    operation: 'createProduct',
    example: { shop_id: someId, name: 'Espresso cup', description: null, retail_price: 12.5, stock: 20 },
  },
  update: { operation: 'updateProduct', param: 'productId', example: { retail_price: 13.5 } },
  remove: { operation: 'deleteProduct', param: 'productId' },
}

export const stockHistory: TableView = {
  name: 'stock_history',
  of: ['shop'],
  about: 'Changes of the stock of an item of the current shop; read with a filter on `item_id`.',
  columns: {
    id: reads('id'),
    item_id: reads('itemId'),
    shop_id: reads('shopId'),
    change: reads('change'),
    new_stock: reads('newStock'),
    reason: reads('reason'),
    changed_by: reads('userId'),
    timestamp: reads(({ timestamp }) => new Date(timestamp).toISOString()),
  },
  shop: 'shop_id',
  list: {
    operation: 'listStockChanges',
    params: { productId: 'item_id' },
    order: { column: 'timestamp', descending: true },
    form: 'list',
    items: ({ data }, eq) =>
      (data as Item[]).map((change) => ({ ...change, itemId: eq.get('item_id'), shopId: eq.get('shop_id') })),
  },
  embeds: {
    profiles: {
      table: 'profiles',
      cardinality: 'one',
      operations: ['listShopTeam'],
      items: async (env, { shopId: shop, userId }) => (userId ? memberOf(env, await shopOf(env, shop), userId) : []),
    },
  },
  refuses: {
    insert: 'Change the stock with the function update_stock.',
    update: 'The history of the stock cannot be changed.',
    remove: 'The history of the stock cannot be changed.',
  },
}
