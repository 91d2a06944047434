import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { messagesTo, nthMessageTo } from '../../../test/mailbox.ts'
import { sharedTestServer } from '../../../test/server.ts'
import { statement } from '../../platform/database/statement.ts'
import { serverContext } from '../../platform/services.ts'
import { mailCustomer } from './orders/mail-customer.ts'

const server = await sharedTestServer()
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function openShop() {
  const ana = await server.signUp()
  const shop = `/api/shops/${ana.workspaceId}`
  await ana.post('/api/shops', { name: 'Silva Ceramics', currency: 'EUR' })
  const { body: mug } = await ana.post(`${shop}/products`, { name: 'Mug', retailPrice: 9.99, stock: 20 })
  return { ana, shop, front: `/api/public/shops/${ana.workspaceId}`, items: [{ productId: mug.id, quantity: 2 }] }
}

test('a customer reads and pays for their own order with its token, and no other order', async () => {
  const { ana, shop, front, items } = await openShop()
  const { body: order } = await server.anyone.post(`${front}/orders`, { customerName: 'Rui', items })
  const { body: other } = await server.anyone.post(`${front}/orders`, { customerName: 'Eve', items })
  const path = `${front}/orders/${order.id}`
  const mine = bearer(order.orderToken)
  const seen = await server.anyone.get(path, mine)
  assert.deepEqual([seen.status, seen.body.totalAmount, seen.body.paymentStatus], [200, 19.98, 'pending'])
  assert.ok(!('customerId' in seen.body) && !('orderToken' in seen.body))

  const paying = await server.anyone.post(`${path}/payments`, { provider: 'manual' }, mine)
  assert.deepEqual([paying.status, paying.body.amount, paying.body.currency], [201, 19.98, 'EUR'])
  const confirm = `${path}/payments/${paying.body.id}/confirm`
  assert.equal((await server.anyone.post(confirm, {}, mine)).status, 403, 'only the shop confirms a manual payment')
  assert.equal((await ana.post(`${shop}/payments/confirm`, { paymentId: paying.body.id })).status, 200)
  assert.equal((await server.anyone.get(path, mine)).body.paymentStatus, 'succeeded')
  const again = await server.anyone.post(`${path}/payments`, { provider: 'stripe' }, mine)
  assert.deepEqual([again.status, again.body.code], [409, 'not_configured'])

  const theirs = bearer(other.orderToken)
  for (const [headers, status] of [
    [theirs, 404],
    [{}, 401],
    [bearer(`${order.orderToken}x`), 401],
    [bearer('sbo_1.2.3.4'), 401],
  ] as const) {
    assert.equal((await server.anyone.get(path, headers)).status, status)
    assert.equal((await server.anyone.post(`${path}/payments`, { provider: 'manual' }, headers)).status, status)
    assert.equal((await server.anyone.post(confirm, {}, headers)).status, status)
  }
  const elsewhere = await openShop()
  assert.equal((await server.anyone.get(`${elsewhere.front}/orders/${order.id}`, mine)).status, 404)
  const foreign = `${front}/orders/${other.id}/payments/${paying.body.id}/confirm`
  assert.equal((await server.anyone.post(foreign, {}, theirs)).status, 404)
})

test('a response stored under an Idempotency-Key is replayed only to the token of the first request', async () => {
  const { front, items } = await openShop()
  const { body: order } = await server.anyone.post(`${front}/orders`, { customerName: 'Rui', items })
  const { body: other } = await server.anyone.post(`${front}/orders`, { customerName: 'Eve', items })
  const pay = (headers: Record<string, string>) =>
    server.anyone.post(
      `${front}/orders/${order.id}/payments`,
      { provider: 'manual' },
      { ...headers, 'idempotency-key': 'pay' },
    )
  const { body: payment } = await pay(bearer(order.orderToken))
  assert.equal((await pay(bearer(order.orderToken))).body.id, payment.id)
  assert.equal((await pay({})).status, 401)
  assert.equal((await pay(bearer(other.orderToken))).status, 404)
})

test('a visitor reads and pays for the orders of their conversation with the visitor token', async () => {
  const { front, items } = await openShop()
  const visit = async () => (await server.anyone.post(`${front}/conversations`, { customerName: 'Rui' })).body
  const [rui, eve] = [await visit(), await visit()]
  const { body: order } = await server.anyone.post(
    `${front}/orders`,
    { customerName: 'Rui', items },
    bearer(rui.visitorToken),
  )
  const list = `${front}/conversations/${rui.conversation.id}/orders`
  const { body } = await server.anyone.get(list, bearer(rui.visitorToken))
  assert.deepEqual(
    body.data.map(({ id, orderId }: { id: string; orderId: string }) => [id, orderId]),
    [[order.id, order.orderId]],
  )
  assert.equal((await server.anyone.get(list, bearer(eve.visitorToken))).status, 404)
  const path = `${front}/orders/${order.id}`
  assert.equal((await server.anyone.get(path, bearer(rui.visitorToken))).status, 200)
  assert.equal((await server.anyone.get(path, bearer(eve.visitorToken))).status, 404)
  const paid = await server.anyone.post(`${path}/payments`, { provider: 'manual' }, bearer(rui.visitorToken))
  assert.equal(paid.status, 201)
})

test('the customer receives e-mails about the order, its status and its payment, unless the shop has turned them off', async () => {
  const { ana, shop, front, items } = await openShop()
  const email = `rui-${ana.workspaceId}@example.com`
  const { body: order } = await server.anyone.post(`${front}/orders`, { customerName: 'Rui\nBcc: eve', email, items })
  const placed = await nthMessageTo(server, email, 1)
  assert.match(placed.subject ?? '', new RegExp(`^Your order #${order.orderId} at Silva Ceramics$`))
  assert.match(placed.text ?? '', /Hello Rui Bcc: eve,/)
  assert.match(placed.text ?? '', /2 x Mug: .*19\.98/)
  await ana.put(`${shop}/orders/${order.id}/status`, { status: 'processing' })
  assert.match((await nthMessageTo(server, email, 2)).text ?? '', /being prepared/)
  const { body: payment } = await ana.post(`${shop}/payments/intent`, { orderId: order.id, provider: 'manual' })
  await ana.post(`${shop}/payments/confirm`, { paymentId: payment.id })
  assert.match((await nthMessageTo(server, email, 3)).text ?? '', /payment has arrived/)

  assert.equal((await ana.put(shop, { orderMails: false })).body.orderMails, false)
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId })
  await mailCustomer.run(ctx, { order_id: order.id, news: 'completed' })
  assert.equal((await messagesTo(server, email)).length, 3)
  await ana.put(shop, { orderMails: true })
  await mailCustomer.run(ctx, { order_id: order.id, news: 'completed' })
  assert.equal((await messagesTo(server, email)).length, 4)
})

test('a shop sends its customers at most a thousand e-mails an hour, over all addresses', async () => {
  const { ana, front, items } = await openShop()
  const full = statement(
    'test.fill_mail_limit',
    (_, p: { key: string }) => sql`
      insert into identity.attempts (key, times, forgotten_at)
      values (${p.key}, array_fill(now(), array[999]), now() + interval '1 hour')`,
  )
  await serverContext(server.app.services, { workspaceId: null }).db.all(full, {
    key: `send:customer:${ana.workspaceId}`,
  })
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId })
  const order = async (email: string) => {
    const placed = await server.anyone.post(`${front}/orders`, { customerName: 'Rui', email, items })
    return { email, id: placed.body.id as string }
  }
  const first = await order(`first-${ana.workspaceId}@example.com`)
  await nthMessageTo(server, first.email, 1)
  const second = await order(`second-${ana.workspaceId}@example.com`)
  await mailCustomer.run(ctx, { order_id: second.id, news: 'placed' })
  assert.deepEqual(await messagesTo(server, second.email), [])
})

test("creating or renaming a shop does not change the workspace's name", async () => {
  const ana = await server.signUp()
  const workspace = async () => (await ana.get('/api/auth/me')).body.workspace.name
  const name = await workspace()
  const shop = await ana.post('/api/shops', { name: 'Silva Ceramics' })
  assert.equal(shop.body.name, 'Silva Ceramics')
  assert.equal(await workspace(), name)
  const renamed = await ana.put(`/api/shops/${ana.workspaceId}`, { name: 'Silva Tiles' })
  assert.equal(renamed.body.name, 'Silva Tiles')
  assert.equal(await workspace(), name)
})
