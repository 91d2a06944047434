import { refusedChange } from '../../failure.ts'
import { type Item, type TableView, fixed, owned, textOf, written } from '../table.ts'
import { shopId, shopOf, someId } from './configuration.ts'

/** The states of an order in the shop's screens, from ours. `return` is a cancelled order there. */
const orderWords: Record<string, string> = { processing: 'confirmed' }

function toOrderStatus(value: unknown): string {
  const word = textOf(value).toLowerCase()
  const status = { confirmed: 'processing', return: 'cancelled' }[word] ?? word
  if (!['pending', 'processing', 'completed', 'cancelled'].includes(status))
    throw refusedChange(`There is no order status ${JSON.stringify(value)}.`)
  return status
}

export const formSubmissions: TableView = {
  name: 'form_submissions',
  of: ['shop'],
  about: 'Orders. Names, prices and totals come from the catalogue, whatever is sent.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    submission_id: owned('id', 'The id of the order; the one that is sent is ignored.'),
    order_number: owned('orderId'),
    shop_id: shopId,
    form_id: written('formId', (formId) => (isUuid(formId) ? { formId } : {})),
    form_name: fixed('Order'),
    customer_name: written('customerName', (customerName) => ({ customerName })),
    conversation_id: written('conversationId', (conversationId) => ({ conversationId })),
    status: written(
      ({ status }) => orderWords[status] ?? status,
      (status) => ({ status: toOrderStatus(status) }),
    ),
    payment_status: owned('paymentStatus'),
    ordered_products: written(
      ({ items }) =>
        (items as Item[]).map(({ productId, productName, quantity, price }) => ({
          productId,
          productName,
          quantity,
          unitPrice: price,
        })),
      (given) => ({
        items: Array.isArray(given)
          ? given.map(({ productId, quantity }: Item) => ({ productId, quantity: quantity ?? 1 }))
          : given,
      }),
    ),
    total_amount: owned('totalAmount'),
    currency: owned('currency'),
    custom_fields: written(
      () => ({}),
      (given) => nameIn(given),
    ),
    payment_method: fixed(null),
    payment_screenshot_url: fixed(null),
    discount: fixed(null),
    submitted_at: owned('submittedAt'),
    created_at: owned('submittedAt'),
    updated_at: owned('updatedAt'),
  },
  list: {
    operation: 'listOrders',
    filters: { conversation_id: 'conversationId' },
    order: { column: 'submitted_at', descending: true },
    form: 'list',
  },
  one: { operation: 'getOrder', param: 'orderId', also: ['submission_id'] },
  insert: {
    operation: 'createOrder',
    also: ['setOrderStatus'],
    example: {
      shop_id: someId,
      form_id: someId,
      status: 'pending',
      ordered_products: [{ productId: someId, quantity: 2 }],
      custom_fields: { name: 'Omar Haddad' },
    },
    async run(env, { shop_id }, { status, customerName, ...body }) {
      const shop = await shopOf(env, shop_id)
      const order = await env.call('createOrder', {
        params: { shopId: shop },
        body: { customerName: customerName ?? 'Customer', ...body },
      })
      if (status === undefined || status === 'pending') return order
      return env.call('setOrderStatus', { params: { shopId: shop, orderId: order.id }, body: { status } })
    },
  },
  update: {
    operation: 'setOrderStatus',
    example: { status: 'Confirmed' },
    run: ({ call }, order, _, { status }) =>
      status === undefined || status === order.status
        ? Promise.resolve(order)
        : call('setOrderStatus', { params: { shopId: order.shopId, orderId: order.id }, body: { status } }),
  },
  refuses: { remove: 'Orders are kept. Set the status cancelled.' },
}

const isUuid = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)

/** The customer's name among the answers to a form, by the usual labels. */
function nameIn(given: unknown): Item {
  if (given === null || typeof given !== 'object') return {}
  const found = Object.entries(given).find(
    ([key, value]) => /name/i.test(key) && !/form/i.test(key) && typeof value === 'string' && value,
  )
  return found ? { customerName: found[1] } : {}
}
