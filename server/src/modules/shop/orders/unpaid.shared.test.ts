import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { nthMessageTo } from '../../../../test/mailbox.ts'
import { sharedTestServer } from '../../../../test/server.ts'
import { statement } from '../../../platform/database/statement.ts'
import { serverContext } from '../../../platform/services.ts'
import { setOrderPaymentStatus } from './payment-status.ts'
import { cancelUnpaidOrders } from './unpaid.ts'

const server = await sharedTestServer()

async function openShop(stock = 50) {
  const ana = await server.signUp()
  const shop = `/api/shops/${ana.workspaceId}`
  const front = `/api/public/shops/${ana.workspaceId}`
  await ana.post('/api/shops', { name: 'Silva Ceramics', currency: 'EUR' })
  const { body: mug } = await ana.post(`${shop}/products`, { name: 'Mug', retailPrice: 9.99, stock })
  const order = (more: object = {}, headers = {}) => {
    const items = [{ productId: mug.id, quantity: 2 }]
    return server.anyone.post(`${front}/orders`, { customerName: 'Rui', items, ...more }, headers)
  }
  const left = async () => (await ana.get(`${shop}/products/${mug.id}`)).body.stock as number
  const seen = async (id: string) => (await ana.get(`${shop}/orders/${id}`)).body
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId })
  return { ana, shop, front, mug, order, left, seen, ctx }
}

const timeIsUp = statement(
  'test.shop.reserved_until',
  () => sql`update shop.orders set reserved_until = now() - interval '1 second' where reserved_until is not null`,
)
const cancelUnpaid = () => cancelUnpaidOrders.run(serverContext(server.app.services, { workspaceId: null }), {})

test('an unpaid public order is cancelled after its deadline: its stock is returned and the customer receives an e-mail', async () => {
  const { shop, ana, front, order, left, seen, ctx } = await openShop()
  const email = `rui-${ana.workspaceId}@example.com`
  const { body: late } = await order({ email })
  assert.match((await nthMessageTo(server, email, 1)).text ?? '', /Please pay by \d{4}-\d\d-\d\d \d\d:\d\d UTC\./)
  await cancelUnpaid()
  assert.deepEqual([(await seen(late.id)).status, await left()], ['pending', 48], 'before the deadline')
  await ctx.db.all(timeIsUp, {})
  await Promise.all([cancelUnpaid(), cancelUnpaid()])
  const { status, reservedUntil, history } = await seen(late.id)
  assert.deepEqual([status, reservedUntil, await left()], ['cancelled', null, 50])
  assert.deepEqual(
    history.map(({ kind, from, to, reason, userId }: Record<string, unknown>) => [kind, from, to, reason, userId]),
    [['status', 'pending', 'cancelled', 'not_paid_in_time', null]],
  )
  assert.match((await nthMessageTo(server, email, 2)).text ?? '', /cancelled because it was not paid in time\./)
  const paying = await server.anyone.post(
    `${front}/orders/${late.id}/payments`,
    { provider: 'manual' },
    { authorization: `Bearer ${late.orderToken}` },
  )
  assert.deepEqual([paying.status, paying.body.code], [409, 'order_cancelled'])
  assert.equal((await ana.put(`${shop}/orders/${late.id}/status`, { status: 'processing' })).status, 409)
})

test('orders that are paid, being paid, being processed or created by the team keep their stock', async () => {
  const { ana, shop, mug, order, left, seen, ctx } = await openShop()
  const place = async () => (await order()).body.id as string
  const [paid, paying, worked, failed] = [await place(), await place(), await place(), await place()]
  await setOrderPaymentStatus(ctx, paid, 'succeeded')
  await setOrderPaymentStatus(ctx, paying, 'processing')
  await setOrderPaymentStatus(ctx, failed, 'failed')
  await ana.put(`${shop}/orders/${worked}/status`, { status: 'processing' })
  const items = [{ productId: mug.id, quantity: 1 }]
  const { body: taken } = await ana.post(`${shop}/orders`, { customerName: 'Rui', items })
  assert.equal(taken.reservedUntil, null)
  await ctx.db.all(timeIsUp, {})
  await cancelUnpaid()
  const statuses = await Promise.all(
    [paid, paying, worked, taken.id, failed].map(async (id) => (await seen(id)).status),
  )
  assert.deepEqual(statuses, ['pending', 'pending', 'processing', 'pending', 'cancelled'])
  assert.equal(await left(), 50 - 3 * 2 - 1)
})

test('a shop sets how long unpaid orders reserve their stock: 1 day by default, at least 15 minutes', async () => {
  const { ana, shop, order } = await openShop()
  const minutes = async () => {
    const { submittedAt, reservedUntil } = (await order()).body
    return (Date.parse(reservedUntil) - Date.parse(submittedAt)) / 60_000
  }
  assert.equal((await ana.get(shop)).body.reserveStockMinutes, 1440)
  assert.equal(await minutes(), 1440)
  assert.equal((await ana.put(shop, { reserveStockMinutes: 15 })).body.reserveStockMinutes, 15)
  assert.equal(await minutes(), 15)
  for (const reserveStockMinutes of [14, 43_201, 0, 1.5, 'day']) {
    const { status, body } = await ana.put(shop, { reserveStockMinutes })
    assert.deepEqual([status, body.details?.[0].path], [400, 'body.reserveStockMinutes'], String(reserveStockMinutes))
  }
})

test('a customer has at most five unpaid orders, an IP address twenty, also with concurrent requests', async () => {
  const { ana, shop, order, left } = await openShop(100)
  const atOnce = await Promise.all(Array.from({ length: 8 }, () => order({ email: 'rui@example.com' })))
  assert.equal(atOnce.filter(({ status }) => status === 201).length, 5)
  for (const { status, body } of atOnce.filter(({ status }) => status !== 201))
    assert.deepEqual([status, body.code], [409, 'too_many_unpaid_orders'])
  assert.equal(await left(), 90, 'a refused order takes no stock')
  const placed = atOnce.find(({ status }) => status === 201)!.body
  await ana.put(`${shop}/orders/${placed.id}/status`, { status: 'processing' })
  assert.equal((await order({ email: 'Rui@example.com' })).status, 201, 'the team has started one of them')
  for (let i = 5; i < 20; i++) assert.equal((await order()).status, 201)
  const { status, body } = await order({ email: 'eve@example.com' })
  assert.deepEqual([status, body.code], [409, 'too_many_unpaid_orders'])
  const other = await openShop()
  assert.equal((await other.order()).status, 201, 'each shop has its own limit')
})

test('a visitor places at most ten orders an hour, and an order has at most a hundred units', async () => {
  const { ana, shop, front, mug, order } = await openShop(200)
  const { body: visit } = await server.anyone.post(`${front}/conversations`, { customerName: 'Rui' })
  const shown = { authorization: `Bearer ${visit.visitorToken}` }
  for (let i = 0; i < 10; i++) {
    const placed = await order({}, shown)
    assert.equal(placed.status, 201, placed.text)
    await ana.put(`${shop}/orders/${placed.body.id}/status`, { status: 'processing' })
  }
  const refused = await order({}, shown)
  assert.deepEqual([refused.status, refused.body.code], [429, 'too_many_requests'])
  const lines = (...quantities: number[]) => ({
    items: quantities.map((quantity) => ({ productId: mug.id, quantity })),
  })
  assert.equal((await order(lines(60, 41))).body.details[0].path, 'body.items')
  assert.equal((await order(lines(60, 40))).status, 201)
  assert.equal((await ana.post(`${shop}/orders`, { customerName: 'Rui', ...lines(70, 40) })).body.code, 'out_of_stock')
})
