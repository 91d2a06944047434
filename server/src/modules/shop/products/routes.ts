import { z } from 'zod'
import { id, page, succeeded, success } from '../../../platform/http/fields.ts'
import type { Ctx } from '../../../platform/context.ts'
import type { Route } from '../../../platform/http/route.ts'
import { setProductImage } from './image.ts'
import { changeStock, createProduct, deleteProduct, getProduct, listProducts, updateProduct } from './products.ts'
import { listOf } from '../schema.ts'
import { withData, withSuccess } from '../also-returns.ts'
import * as schema from './schema.ts'
import { routeInWorkspace } from '../../identity/index.ts'
import { toProduct, toStockChange } from './serializers.ts'
import { listStockChanges, newestStockChanges } from './stock.ts'
import { toList } from '../serializers.ts'

const ofShop = z.object({ shopId: id.describe("The shop's id, which is the id of its workspace.") })
const ofProduct = z.object({
  shopId: id.describe("The shop's id, which is the id of its workspace."),
  productId: id.describe('Id of the product.'),
})

const asProduct = withData(schema.Product)
/** Names of the shop's front-end. */
const accepts = { body: { facebookSubtitle: 'subtitle', duration: 'durationMinutes' } }

/** Returns a page of the catalogue, with the newest stock changes of each product when some are wanted. */
async function listItems(ctx: Ctx, query: schema.ProductQuery) {
  const page = toList(await listProducts(ctx, query), toProduct)
  if (query.stockChanges === 0) return page
  const ids = page.data.map(({ id }) => id)
  const changes = await newestStockChanges(ctx, ids, query.stockChanges)
  const data = page.data.map((product) => ({
    ...product,
    stockHistory: (changes.get(product.id) ?? []).map(toStockChange),
  }))
  return { ...page, data }
}

export const productRoutes: Record<string, Route> = {
  listProducts: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/products',
    access: 'products:read',
    summary: 'List the catalogue, newest first',
    params: ofShop,
    query: schema.ProductQuery,
    response: listOf(schema.Product),
    alsoReturns: withSuccess,
    handler: (ctx, { query }) => listItems(ctx, query),
  }),
  createProduct: routeInWorkspace({
    kind: 'write',
    method: 'POST',
    path: '/api/shops/:shopId/products',
    access: 'products:write',
    summary: 'Create a product',
    params: ofShop,
    body: schema.NewProduct,
    accepts,
    example: {
      name: 'Blue mug',
      description: 'Hand-thrown, 300 ml',
      category: 'Mugs',
      retailPrice: 17.5,
      currency: 'EUR',
      stock: 24,
    },
    status: 201,
    response: schema.Product,
    alsoReturns: asProduct,
    handler: async (ctx, { body }) => toProduct(await createProduct(ctx, body)),
  }),
  getProduct: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/products/:productId',
    access: 'products:read',
    summary: 'Get a product',
    params: ofProduct,
    response: schema.Product,
    alsoReturns: asProduct,
    handler: async (ctx, { params }) => toProduct(await getProduct(ctx, params.productId)),
  }),
  updateProduct: routeInWorkspace({
    kind: 'write',
    method: 'PUT',
    path: '/api/shops/:shopId/products/:productId',
    access: 'products:write',
    summary: 'Update a product; omitted fields keep their values',
    params: ofProduct,
    body: schema.ProductChanges,
    accepts,
    example: { retailPrice: 16.9, stock: 30 },
    response: schema.Product,
    alsoReturns: asProduct,
    handler: async (ctx, { params, body }) => toProduct(await updateProduct(ctx, params.productId, body)),
  }),
  deleteProduct: routeInWorkspace({
    kind: 'write',
    method: 'DELETE',
    path: '/api/shops/:shopId/products/:productId',
    access: 'products:write',
    summary: 'Remove a product from the catalogue',
    params: ofProduct,
    response: success,
    async handler(ctx, { params }) {
      await deleteProduct(ctx, params.productId)
      return succeeded
    },
  }),
  listStockChanges: routeInWorkspace({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId/products/:productId/stock-changes',
    access: 'products:read',
    summary: "List the changes of a product's stock, newest first",
    params: ofProduct,
    query: page(),
    response: listOf(schema.StockChange),
    alsoReturns: withSuccess,
    handler: async (ctx, { params, query }) =>
      toList(await listStockChanges(ctx, params.productId, query), toStockChange),
  }),
  changeStock: routeInWorkspace({
    kind: 'write',
    method: 'POST',
    path: '/api/shops/:shopId/products/:productId/stock-changes',
    access: 'products:write',
    summary: 'Add units to the stock of a product, or remove them, with the reason',
    params: ofProduct,
    body: schema.NewStockChange,
    accepts: { body: { adjustment: 'change' } },
    example: { change: -2, reason: 'Damaged goods' },
    response: schema.Product,
    alsoReturns: asProduct,
    errors: [409],
    handler: async (ctx, { params, body }) => toProduct(await changeStock(ctx, params.productId, body)),
  }),
  setProductImage: routeInWorkspace({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/shops/:shopId/products/:productId/image',
    access: 'products:write',
    summary: 'Upload the image of a product: PNG, JPEG, WebP or GIF, up to 10 MB, in the form field "file"',
    params: ofProduct,
    upload: true,
    response: schema.Product,
    errors: [413, 415],
    handler: async (ctx, { params, request }) => toProduct(await setProductImage(ctx, params.productId, request)),
  }),
}
