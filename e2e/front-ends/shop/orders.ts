import assert from 'node:assert/strict'
import { anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import { openFrontEnd } from '../front-end.ts'
import type { Visit } from './inbox.ts'
import type { Shop } from './fixture.ts'

/** Returns the id of a completed order. */
export async function checkOrders(
  { visitor, ana, agent, live, id: shopId, path: shop }: Shop,
  { rui, conversationId }: Visit,
  productId: string,
): Promise<string> {
  const items = [{ productId, quantity: 2, price: 0.01, productName: 'A bargain' }]
  const placed = await answered(
    201,
    rui.post(`/api/public/shops/${shopId}/orders`, { customerName: 'Rui Costa', items, totalAmount: 1 }),
  )
  assertShape(placed, { id: anId, orderId: /^\d+$/, totalAmount: 35, status: 'pending', paymentStatus: 'pending' })
  await refused(
    400,
    visitor.post(`/api/public/shops/${shopId}/orders`, { customerName: 'Eve', items: [] }),
    'body.items',
  )
  const orderId: string = placed.id
  const news = await live.next('order:update', ({ id }) => id === orderId)
  const shape = {
    id: orderId,
    shopId,
    orderId: placed.orderId,
    customerId: anId,
    customerName: 'Rui Costa',
    conversationId,
    items: [{ productId, productName: 'Blue mug', quantity: 2, price: 17.5 }],
    totalAmount: 35,
    currency: 'EUR',
    status: 'pending',
    paymentStatus: 'pending',
    paymentIntentId: null,
    submittedAt: anInstant,
    updatedAt: anInstant,
  }
  assertShape(news.data, shape)
  await live.next('notification', ({ title }) => title === 'New Order')
  assertShape(await answered(200, ana.get(`${shop}/orders/${orderId}`)), shape)
  assertShape(await answered(200, ana.get(`${shop}/orders/${placed.orderId}`)), { id: orderId })
  await refused(404, ana.get(`${shop}/orders/${unknownId}`))
  assertShape(await answered(200, ana.get(`${shop}/products`)), { data: [{ stock: 10 }] })

  const taken = await answered(
    201,
    agent.post(`${shop}/orders`, { customerName: 'Ines', items: [{ productId, quantity: 3 }] }),
  )
  const again = { customerName: 'Ines', items: [{ productId, quantity: 1 }] }
  const key = { 'idempotency-key': 'order-1' }
  const once = await answered(201, agent.post(`${shop}/orders`, again, key))
  assert.deepEqual(await answered(201, agent.post(`${shop}/orders`, again, key)), once)
  await refused(422, agent.post(`${shop}/orders`, { ...again, customerName: 'Eva' }, key))
  await answered(200, agent.put(`${shop}/orders/${once.id}/status`, { status: 'cancelled' }))
  await refused(400, agent.post(`${shop}/orders`, { items }), 'body.customerName')
  await refused(
    400,
    agent.post(`${shop}/orders`, { customerName: 'Ines', items: [{ productId, quantity: 0 }] }),
    'body.items[0].quantity',
  )
  await refused(
    404,
    agent.post(`${shop}/orders`, { customerName: 'Ines', items: [{ productId: unknownId, quantity: 1 }] }),
  )
  await refused(409, agent.post(`${shop}/orders`, { customerName: 'Ines', items: [{ productId, quantity: 8 }] }))
  assertShape(await answered(200, ana.get(`${shop}/orders`)), {
    data: [{ id: once.id }, { id: taken.id }, { id: orderId }],
    nextCursor: null,
  })
  await refused(400, ana.get(`${shop}/orders?status=lost`), 'query.status')

  const status = `${shop}/orders/${orderId}/status`
  assertShape(await answered(200, agent.put(status, { status: 'processing' })), {
    status: 'processing',
    paymentStatus: 'pending',
  })
  await live.next('order:update', (order) => order.id === orderId && order.status === 'processing')
  await refused(400, agent.put(status, { status: 'eaten' }), 'body.status')
  await refused(400, agent.put(status, {}), 'body.status')
  await refused(404, agent.put(`${shop}/orders/${unknownId}/status`, { status: 'completed' }))
  await answered(200, agent.put(status, { status: 'completed' }))
  await refused(409, agent.put(status, { status: 'pending' }))
  await answered(200, agent.put(`${shop}/orders/${taken.id}/status`, { status: 'cancelled' }))
  assertShape(await answered(200, ana.get(`${shop}/products`)), { data: [{ stock: 10 }] })
  return orderId
}

/** Returns the id of the order's payment. */
export async function checkPayments({ ana, agent, live, path: shop }: Shop, orderId: string): Promise<string> {
  const intent = await answered(201, agent.post(`${shop}/payments/intent`, { orderId, provider: 'manual', amount: 1 }))
  assertShape(intent, { id: anId, orderId, amount: 35, currency: 'EUR', status: 'pending', provider: 'manual' })
  const paymentId: string = intent.id
  assertShape(await answered(200, ana.get(`${shop}/orders/${orderId}`)), { paymentIntentId: paymentId })
  await refused(400, ana.post(`${shop}/payments/intent`, {}), 'body.orderId')
  await refused(400, ana.post(`${shop}/payments/intent`, { orderId, provider: 'shells' }), 'body.provider')
  await refused(404, ana.post(`${shop}/payments/intent`, { orderId: unknownId }))
  for (const provider of ['stripe', 'paypal'])
    assert.equal(await refused(409, ana.post(`${shop}/payments/intent`, { orderId, provider })), 'not_configured')

  await refused(403, agent.post(`${shop}/payments/confirm`, { paymentId }))
  await refused(400, ana.post(`${shop}/payments/confirm`, {}), 'body.paymentId')
  await refused(404, ana.post(`${shop}/payments/confirm`, { paymentId: unknownId }))
  const paid = { id: paymentId, status: 'succeeded', amount: 35 }
  assertShape(await answered(200, ana.post(`${shop}/payments/confirm`, { paymentId })), paid)
  await live.next('order:update', (order) => order.id === orderId && order.paymentStatus === 'succeeded')
  assertShape(await answered(200, agent.get(`${shop}/payments/${paymentId}`)), paid)
  assertShape(await answered(200, ana.get(`${shop}/orders/${orderId}`)), {
    status: 'completed',
    paymentStatus: 'succeeded',
  })
  await refused(404, ana.get(`${shop}/payments/${unknownId}`))
  await refused(409, ana.post(`${shop}/payments/intent`, { orderId }))

  const refund = `${shop}/payments/${paymentId}/refund`
  await refused(400, ana.post(refund, { amount: -1 }), 'body.amount')
  await refused(403, agent.post(refund, { amount: 5 }))
  assertShape(await answered(200, ana.post(refund, { amount: 5 })), { status: 'partially_refunded' })
  await refused(409, ana.post(refund, { amount: 31 }))
  assertShape(await answered(200, ana.post(refund, {})), { status: 'refunded' })
  assertShape(await answered(200, ana.get(`${shop}/orders/${orderId}`)), { paymentStatus: 'refunded' })
  return paymentId
}

/** Without a configured payment provider the webhooks respond with 503. Its notes are separate, since 503 counts as a fault elsewhere. */
export async function checkPaymentWebhooks({ url }: Shop): Promise<void> {
  const provider = openFrontEnd(url, { calls: [], frames: [] })
  await refused(503, provider.post('/webhook/stripe', { type: 'payment_intent.succeeded' }))
  await refused(503, provider.post('/webhook/paypal', { event_type: 'PAYMENT.CAPTURE.COMPLETED' }))
}
