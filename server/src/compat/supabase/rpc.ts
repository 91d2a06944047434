import { z } from 'zod'
import { composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { AppError } from '../../platform/errors.ts'
import { toRow } from './tables/read.ts'
import { items } from './tables/shop/items.ts'
import type { FrontEndName, Item } from './tables/table.ts'

const id = z.uuid()
const someId = '0199b0a0-0000-7000-8000-000000000001'
/** Pages of 200 products that are looked through. */
const maxPages = 10

const updateStock = composite({
  kind: 'nontransactional',
  method: 'POST',
  path: '/rest/v1/rpc/update_stock',
  access: 'products:write',
  summary: 'Change the stock of an item of the current shop, with the reason',
  operations: ['changeStock'],
  body: z.object({
    p_item_id: id.describe('Id of the item.'),
    p_change: z.int().describe('Units to add, or to remove when negative.'),
    p_reason: z.string().describe('Why.'),
    p_changed_by: z.unknown().optional().describe('Ignored: it is the caller.'),
  }),
  example: { p_item_id: someId, p_change: -2, p_reason: 'Damaged goods' },
  response: z.any(),
  async handler(call, { body }, ctx) {
    const { workspace_id } = await ctx.db.actor()
    try {
      const params = { shopId: String(workspace_id), productId: body.p_item_id }
      const product = await call('changeStock', { params, body: { change: body.p_change, reason: body.p_reason } })
      return { success: true, new_stock: product.stock }
    } catch (error) {
      // The function says so itself when there is not enough.
      if (error instanceof AppError && error.status === 409) return { success: false, error: error.message }
      throw error
    }
  },
})

const lowStock = composite({
  kind: 'read',
  method: 'POST',
  path: '/rest/v1/rpc/get_low_stock_items',
  access: 'products:read',
  summary: 'List the items whose stock is at or below a threshold',
  operations: ['listProducts'],
  body: z.object({
    p_shop_id: id.optional().describe('Id of the shop. Default: the current one.'),
    p_threshold: z.int().min(0).default(10).describe('The threshold.'),
  }),
  example: { p_shop_id: someId, p_threshold: 10 },
  response: z.any(),
  async handler(call, { body }, ctx) {
    const shopId = body.p_shop_id ?? String((await ctx.db.actor()).workspace_id)
    const low: Item[] = []
    let cursor: string | undefined
    for (let page = 0; page < maxPages; page++) {
      const query = { limit: '200', ...(cursor !== undefined && { cursor }) }
      const { data, nextCursor } = await call('listProducts', { params: { shopId }, query })
      low.push(...(data as Item[]).filter(({ stock, itemType }) => stock <= body.p_threshold && itemType !== 'service'))
      cursor = nextCursor ?? undefined
      if (cursor === undefined) break
    }
    return low.map((item) => toRow(items, item))
  },
})

const portStatus = composite({
  kind: 'read',
  method: 'POST',
  path: '/rest/v1/rpc/get_port_status',
  access: 'telephony:read',
  summary: 'List SIP providers as ports, with their state',
  operations: ['listSipProviders'],
  body: z.object({ user_id_param: id.optional().describe('Only providers of this member.') }),
  example: {},
  response: z.any(),
  async handler(call, { body }) {
    const providers: Item[] = await call('listSipProviders', {
      query: body.user_id_param === undefined ? {} : { userId: body.user_id_param },
    })
    return providers.map(({ id: port_id, name, username, active }) => ({
      port_id,
      port_number: 1,
      device_name: name,
      sip_username: username,
      status: active ? 'available' : 'offline',
    }))
  },
})

/** Functions of the database, by front-end. */
export const rpcOf: Record<FrontEndName | 'all', Record<string, Adapted>> = {
  calling: { 'rpc.get_port_status': portStatus },
  shop: { 'rpc.update_stock': updateStock, 'rpc.get_low_stock_items': lowStock },
  sales: {},
  all: { 'rpc.get_port_status': portStatus, 'rpc.update_stock': updateStock, 'rpc.get_low_stock_items': lowStock },
}
