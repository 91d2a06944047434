import { newId } from '../../../../platform/id.ts'
import { refusedChange } from '../../failure.ts'
import { type Env, type Item, type TableView, field, owned, textOf } from '../table.ts'
import { shopId, shopOf, someId } from './configuration.ts'
import { as } from './items.ts'

/** The ways to pay that a shop offers are a part of its configuration. */
async function methodsOf({ call }: Env, shop: string): Promise<Item[]> {
  const { paymentMethods } = await call('getShopConfiguration', { params: { shopId: shop } })
  return Array.isArray(paymentMethods) ? (paymentMethods as Item[]).map((method) => ({ ...method, shopId: shop })) : []
}

async function saveMethods({ call }: Env, shop: string, methods: readonly Item[]): Promise<void> {
  const paymentMethods = methods.map(({ shopId: _shop, ...method }) => method)
  await call('updateShopConfiguration', { params: { shopId: shop }, body: { paymentMethods } })
}

const maxMethods = 50

export const paymentMethods: TableView = {
  name: 'payment_methods',
  of: ['shop'],
  about: 'The ways to pay that a shop shows its customers, with instructions. They charge nothing by themselves.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    shop_id: shopId,
    name: field('name', 'Bank transfer'),
    instructions: field('instructions'),
    qr_code_url: as('qrCodeUrl'),
    requires_proof: as('requiresProof'),
    enabled: field('enabled'),
    created_at: owned('createdAt'),
  },
  list: {
    operation: 'getShopConfiguration',
    form: 'list',
    run: async (env, eq) => methodsOf(env, await shopOf(env, eq.get('shop_id'))),
  },
  insert: {
    operation: 'updateShopConfiguration',
    also: ['getShopConfiguration'],
    example: { shop_id: someId, name: 'Bank transfer', instructions: 'IBAN …', requires_proof: true, enabled: true },
    async run(env, { shop_id }, body) {
      const shop = await shopOf(env, shop_id)
      const methods = await methodsOf(env, shop)
      if (methods.length >= maxMethods) throw refusedChange(`A shop has at most ${maxMethods} payment methods.`)
      const createdAt = env.ctx.now().toISOString()
      const method = { enabled: true, requiresProof: false, ...body, id: newId(), createdAt, shopId: shop }
      await saveMethods(env, shop, [method, ...methods])
      return method
    },
  },
  update: {
    operation: 'updateShopConfiguration',
    also: ['getShopConfiguration'],
    example: { enabled: false },
    async run(env, method, _, body) {
      const changed = { ...method, ...body }
      const methods = await methodsOf(env, textOf(method.shopId))
      await saveMethods(
        env,
        textOf(method.shopId),
        methods.map((one) => (one.id === method.id ? changed : one)),
      )
      return changed
    },
  },
  remove: {
    operation: 'updateShopConfiguration',
    also: ['getShopConfiguration'],
    async run(env, { id, shopId: shop }) {
      const methods = await methodsOf(env, textOf(shop))
      await saveMethods(
        env,
        textOf(shop),
        methods.filter((one) => one.id !== id),
      )
    },
  },
}
