import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openSocket } from '../../../test/sockets.ts'
import { type SignedUp, sharedTestServer } from '../../../test/server.ts'
import { serverContext } from '../../platform/services.ts'
import { decimalsOf, toMajor, toMinor } from '../../platform/money.ts'
import { getOrderForPayment, setOrderPaymentStatus } from './orders/payment-status.ts'
import { orderStatuses, orderTransitions } from './transitions.ts'

const server = await sharedTestServer()
const address = `${server.url.replace('http', 'ws')}/ws`

interface Shopkeeper {
  ana: SignedUp
  shop: string
}

async function openShop(more: object = {}): Promise<Shopkeeper> {
  const ana = await server.signUp()
  const { body } = await ana.post('/api/shops', { name: 'Silva Ceramics', currency: 'EUR', ...more })
  return { ana, shop: `/api/shops/${body.id}` }
}

async function stocked({ ana, shop }: Shopkeeper, stock: number, more: object = {}): Promise<string> {
  const { body, status } = await ana.post(`${shop}/products`, { name: 'Blue mug', retailPrice: 17.5, stock, ...more })
  assert.equal(status, 201, JSON.stringify(body))
  return body.id
}

test('the first shop is in the current workspace, the next one in a new workspace', async () => {
  const ana = await server.signUp()
  const first = await ana.post('/api/shops', { name: 'Silva Ceramics', description: 'Mugs', currency: 'EUR' })
  assert.equal(first.status, 201)
  assert.equal(first.body.id, ana.workspaceId)
  assert.equal(first.body.ownerId, ana.userId)
  assert.deepEqual(
    first.body.team.map(({ userId, role }: { userId: string; role: string }) => [userId, role]),
    [[ana.userId, 'owner']],
  )
  const second = await ana.post('/api/shops', { name: 'Silva Tiles' })
  assert.notEqual(second.body.id, ana.workspaceId)
  const { body } = await ana.get('/api/shops')
  assert.deepEqual(
    body.data.map(({ name, currency, role }: Record<string, string>) => [name, currency, role]),
    [
      ['Silva Tiles', 'USD', 'owner'],
      ['Silva Ceramics', 'EUR', 'owner'],
    ],
  )
  assert.equal((await ana.get(`/api/shops/${second.body.id}`)).body.name, 'Silva Tiles')
})

test("an agent's first shop is in a workspace of their own, not their employer's", async () => {
  const ana = await server.signUp()
  const ben = await server.addMember(ana, 'agent')
  const { body } = await ben.post('/api/shops', { name: "Ben's" })
  assert.notEqual(body.id, ana.workspaceId)
  assert.equal((await ana.get(`/api/shops/${ana.workspaceId}`)).status, 404)
})

test('updating a shop changes only the given fields', async () => {
  const { ana, shop } = await openShop({ description: 'Mugs' })
  const { body } = await ana.put(shop, { name: 'Silva & Filhos', ownerId: 'another user' })
  assert.deepEqual(
    [body.name, body.description, body.currency, body.ownerId],
    ['Silva & Filhos', 'Mugs', 'EUR', ana.userId],
  )
  assert.equal((await ana.put(shop, { description: '' })).body.description, null)
})

test('a shop lists the state of each platform connection, without the tokens', async () => {
  const { ana, shop } = await openShop()
  const { body } = await ana.get(shop)
  assert.deepEqual(Object.keys(body.integrations), ['facebook', 'instagram', 'tiktok', 'telegram', 'viber', 'whatsapp'])
  assert.deepEqual(body.integrations.facebook, {
    isConnected: false,
    status: 'disconnected',
    pageId: null,
    accountName: null,
    expiresAt: null,
    lastSync: null,
  })
})

test('members join the team by invitation, change roles and leave', async () => {
  const { ana, shop } = await openShop()
  const invited = await ana.post(`${shop}/team`, { email: 'carla@example.com', role: 'agent' })
  assert.equal(invited.status, 201)
  assert.match(invited.body.acceptUrl, /invitation#sbi_/)
  const accepted = await server.anyone.post('/api/auth/register', {
    email: 'carla@example.com',
    password: 'correct horse battery',
    name: 'Carla',
    invitation_token: invited.body.token,
  })
  const carlaId = accepted.body.user.id
  const promoted = await ana.put(`${shop}/team/${carlaId}`, { role: 'admin' })
  assert.deepEqual([promoted.body.userId, promoted.body.role], [carlaId, 'admin'])
  // A colleague from one shop can be invited to the next by id; the id of any other user is a 404.
  const next = await ana.post('/api/shops', { name: 'Second' })
  assert.equal((await ana.post(`/api/shops/${next.body.id}/team`, { userId: carlaId })).body.email, 'carla@example.com')
  const outsider = await server.signUp()
  assert.equal((await ana.post(`${shop}/team`, { userId: outsider.userId })).status, 404)
  assert.equal((await ana.post(`${shop}/team`, {})).body.details[0].path, 'body.email')
  assert.equal((await ana.delete(`${shop}/team/${carlaId}`)).status, 200)
  assert.equal((await ana.get(`${shop}/team`)).body.data.length, 1)
})

test('an API key gives access to the shop of its own workspace only', async () => {
  const { ana, shop } = await openShop()
  const other = await openShop()
  const { body } = await ana.post('/api/api-keys', { name: 'till', scopes: ['products:read', 'orders:write'] })
  const key = { 'x-api-key': body.key as string }
  assert.equal((await server.anyone.get(`${shop}/products`, key)).status, 200)
  assert.equal((await server.anyone.get(`${other.shop}/products`, key)).status, 404)
  assert.equal((await server.anyone.get(`${shop}/orders`, key)).status, 403)
})

test("amounts have the currency's decimals: numbers in the API, integers in the database", () => {
  assert.deepEqual(
    [toMinor(19.99, 'USD', 'x'), toMinor(1200, 'JPY', 'x'), toMinor(1.234, 'KWD', 'x')],
    [1999, 1200, 1234],
  )
  for (const [amount, currency] of [
    [19.999, 'USD'],
    [0.5, 'JPY'],
    [1.2345, 'KWD'],
  ] as const) {
    assert.throws(() => toMinor(amount, currency, 'body.retailPrice'), /decimals/)
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000_000_000 }),
      fc.constantFrom('USD', 'JPY', 'KWD', 'CLF', 'EUR'),
      (minor, currency) => {
        assert.equal(toMinor(toMajor(minor, currency), currency, 'x'), minor)
        assert.ok(decimalsOf(currency) <= 4)
      },
    ),
  )
})

test("another shop's objects are a 404 under the path of one's own shop", async () => {
  const [mine, theirs] = [await openShop(), await openShop()]
  const product = await stocked(theirs, 3)
  const items = [{ productId: product, quantity: 1 }]
  const { body: order } = await theirs.ana.post(`${theirs.shop}/orders`, { customerName: 'Rui', items })
  const { body: form } = await theirs.ana.post(`${theirs.shop}/forms`, {
    name: 'F',
    fields: [{ name: 'a', type: 'text' }],
  })
  const { ana, shop } = mine
  for (const path of [`products/${product}`, `orders/${order.id}`, `orders/${order.orderId}`, `forms/${form.id}`]) {
    assert.equal((await ana.get(`${shop}/${path}`)).status, 404, path)
  }
  assert.equal((await ana.post(`${shop}/orders`, { customerName: 'Eve', items })).status, 404)
  assert.equal((await ana.put(`${shop}/orders/${order.id}/status`, { status: 'cancelled' })).status, 404)
  assert.equal((await ana.delete(`${shop}/products/${product}`)).status, 404)
})

test('products are created, updated, listed by category and deleted', async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const made = await ana.post(`${shop}/products`, {
    name: 'Blue mug',
    description: 'Hand-thrown',
    retailPrice: 17.5,
    stock: 3,
    category: 'Mugs',
    imageUrl: 'https://cdn.example.com/mug.png',
    id: 'mine',
  })
  assert.equal(made.status, 201)
  assert.deepEqual([made.body.currency, made.body.retailPrice, made.body.stock], ['EUR', 17.5, 3])
  const product = `${shop}/products/${made.body.id}`
  const yen = await stocked(keeper, 1, { name: 'Sake cup', retailPrice: 1200, currency: 'jpy' })
  assert.deepEqual(
    (await ana.get(`${shop}/products?category=Mugs`)).body.data.map(({ id }: { id: string }) => id),
    [made.body.id],
  )
  assert.equal((await ana.get(`${shop}/products/${yen}`)).body.retailPrice, 1200)
  assert.equal((await ana.put(product, { stock: 9, description: '' })).body.stock, 9)
  const repriced = await ana.put(product, { currency: 'KWD' })
  assert.equal(repriced.body.details[0].path, 'body.retailPrice')
  assert.equal((await ana.put(product, { currency: 'KWD', retailPrice: 5.125 })).body.retailPrice, 5.125)
  for (const bad of [
    { retailPrice: -1 },
    { retailPrice: 1.9999 },
    { stock: -1 },
    { stock: 1.5 },
    { currency: 'XYZ' },
  ]) {
    assert.equal((await ana.put(product, bad)).status, 400, JSON.stringify(bad))
  }
  assert.deepEqual((await ana.delete(product)).body, { success: true })
  assert.equal((await ana.get(product)).status, 404)
  assert.equal((await ana.delete(product)).status, 404)
})

test('a product has what a catalogue says of goods and services, and the public does not see what it cost the shop', async () => {
  const owner = await server.signUp()
  const { body: shop } = await owner.post('/api/shops', { name: 'Silva', currency: 'EUR' })
  const at = `/api/shops/${shop.id}`
  const { body: form } = await owner.post(`${at}/forms`, { name: 'F', fields: [{ name: 'a', type: 'text' }] })
  const details = {
    itemType: 'service',
    subtitle: 'One hour at the wheel',
    originalPrice: 12.5,
    warranty: 'None',
    durationMinutes: 60,
    location: 'Porto',
    formId: form.id,
    buttons: [{ id: 'b1', type: 'open_form', title: 'Book', payload: form.id }],
  }
  const made = await owner.post(`${at}/products`, { name: 'Course', retailPrice: 40, stock: 5, ...details })
  assert.equal(made.status, 201, made.text)
  for (const [field, value] of Object.entries(details)) assert.deepEqual(made.body[field], value, field)
  const { body: offered } = await server.anyone.get(`/api/public${at.slice(4)}/products`)
  assert.equal(offered.data[0].durationMinutes, 60)
  assert.ok(!('originalPrice' in offered.data[0]), 'what it cost the shop')
  const cleared = await owner.put(`${at}/products/${made.body.id}`, { originalPrice: null, formId: null, warranty: '' })
  assert.deepEqual([cleared.body.originalPrice, cleared.body.formId, cleared.body.warranty], [null, null, null])
  assert.equal((await owner.put(`${at}/products/${made.body.id}`, { formId: shop.id })).status, 404)
  const reversed = { promoStartDate: '2026-05-02', promoEndDate: '2026-05-01' }
  const refused = await owner.put(`${at}/products/${made.body.id}`, reversed)
  assert.deepEqual([refused.status, refused.body.details?.[0]?.path], [400, 'body.promoEndDate'])
})

test('an order has the price of the promotion from its first day to its last, and the usual one otherwise', async () => {
  const owner = await server.signUp()
  const { body: shop } = await owner.post('/api/shops', { name: 'Silva' })
  const at = `/api/shops/${shop.id}`
  const day = (after: number) => new Date(Date.now() + after * 86_400_000).toISOString().slice(0, 10)
  const { body: product } = await owner.post(`${at}/products`, { name: 'Mug', retailPrice: 10, stock: 50 })
  const total = async () => {
    const items = [{ productId: product.id, quantity: 2 }]
    return (await owner.post(`${at}/orders`, { customerName: 'Ben', items })).body.totalAmount
  }
  const promote = (promoStartDate: string | null, promoEndDate: string | null) =>
    owner.put(`${at}/products/${product.id}`, { promoPrice: 7.5, promoStartDate, promoEndDate })
  assert.equal((await promote(day(-1), day(1))).body.price, 7.5)
  assert.equal(await total(), 15)
  assert.equal((await promote(day(2), day(3))).body.price, 10)
  assert.equal(await total(), 20)
  await promote(day(-3), day(-2))
  assert.equal(await total(), 20)
  await promote(null, null)
  assert.equal(await total(), 20, 'a promotion has a first and a last day')
})

test('the stock history names every change with its reason and the stock after it', async () => {
  const owner = await server.signUp()
  const { body: shop } = await owner.post('/api/shops', { name: 'Silva' })
  const at = `/api/shops/${shop.id}`
  const { body: product } = await owner.post(`${at}/products`, { name: 'Mug', retailPrice: 10, stock: 5 })
  const item = `${at}/products/${product.id}`
  const { body: order } = await owner.post(`${at}/orders`, {
    customerName: 'Ben',
    items: [{ productId: product.id, quantity: 2 }],
  })
  await owner.put(`${at}/orders/${order.id}/status`, { status: 'cancelled' })
  assert.equal((await owner.post(`${item}/stock-changes`, { change: -1, reason: 'Damaged goods' })).body.stock, 4)
  await owner.put(item, { stock: 10, stockReason: 'New shipment' })
  await owner.put(item, { stock: 10, name: 'Blue mug' })
  const { body } = await owner.get(`${item}/stock-changes`)
  assert.deepEqual(
    body.data.map(({ change, newStock, reason }: Record<string, unknown>) => [change, newStock, reason]),
    [
      [6, 10, 'New shipment'],
      [-1, 4, 'Damaged goods'],
      [2, 5, 'Order cancelled'],
      [-2, 3, 'Order placed'],
      [5, 5, 'First stock'],
    ],
  )
  assert.equal(body.data[0].userId, owner.userId)
  const { body: listed } = await owner.get(`${at}/products?stockChanges=2`)
  assert.deepEqual(listed.data[0].stockHistory, body.data.slice(0, 2))
  const tooMany = await owner.post(`${item}/stock-changes`, { change: -11 })
  assert.deepEqual([tooMany.status, tooMany.body.code], [409, 'out_of_stock'])
  assert.equal((await owner.post(`${item}/stock-changes`, { change: 0 })).status, 400)
})

test("a front-end's configuration: keys are merged, null removes one, its size is limited, agents only read it", async () => {
  const owner = await server.signUp()
  const { body: shop } = await owner.post('/api/shops', { name: 'Silva' })
  const at = `/api/shops/${shop.id}/configuration`
  assert.deepEqual((await owner.get(at)).body, {})
  await owner.put(at, { quickNote: 'clay', todos: [{ id: '1', text: 'glaze' }], expenses: [] })
  const changed = await owner.put(at, { quickNote: 'more clay', expenses: null })
  assert.deepEqual(changed.body, { quickNote: 'more clay', todos: [{ id: '1', text: 'glaze' }] })
  const agent = await server.addMember(owner, 'agent')
  assert.deepEqual((await agent.get(at)).body, changed.body)
  assert.equal((await agent.put(at, { quickNote: 'mine' })).status, 403)
  assert.equal((await owner.put(at, { quickNote: 'x'.repeat(600_000) })).status, 413)
  assert.deepEqual((await owner.get(at)).body, changed.body)
  assert.equal((await owner.put(at, { 'not a key': 1 })).status, 400)
  const other = await server.signUp()
  assert.equal((await other.put(`/api/shops/${other.workspaceId}/configuration`, { a: 1 })).status, 404)
})

test('only an owner deletes a shop, which is then gone with its workspace', async () => {
  const owner = await server.signUp()
  const { body: shop } = await owner.post('/api/shops', { name: 'Silva' })
  const admin = await server.addMember(owner, 'admin')
  const other = await server.signUp()
  assert.equal((await admin.delete(`/api/shops/${shop.id}`)).status, 403)
  assert.equal((await other.delete(`/api/shops/${shop.id}`)).status, 404)
  assert.deepEqual((await owner.delete(`/api/shops/${shop.id}`)).body, { success: true })
  assert.equal((await owner.get(`/api/shops/${shop.id}`)).status, 404)
})

test('product routes respond with 404 in a workspace without a shop', async () => {
  const ben = await server.signUp()
  const answer = await ben.post(`/api/shops/${ben.workspaceId}/products`, { name: 'Mug', retailPrice: 1 })
  assert.deepEqual([answer.status, answer.body.error], [404, 'There is no such shop.'])
})

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const picture = (content: Buffer, name: string) => {
  const form = new FormData()
  form.set('file', new File([new Uint8Array(content)], name))
  return form
}

test("an image's type is detected from its content; the image is public and can be replaced", async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const product = `${shop}/products/${await stocked(keeper, 1)}`
  assert.equal((await ana.post(`${product}/image`, picture(Buffer.from('<svg/>'), 'mug.png'))).status, 415)
  const { body } = await ana.post(`${product}/image`, picture(png, 'mug.exe'))
  const seen = await server.anyone.get(body.imageUrl)
  assert.deepEqual([seen.status, seen.headers.get('content-type')], [200, 'image/png'])
  const etag = seen.headers.get('etag') as string
  assert.equal((await server.anyone.get(body.imageUrl, { 'if-none-match': etag })).status, 304)
  const gif = Buffer.from('GIF89a....')
  assert.equal((await ana.post(`${product}/image`, picture(gif, 'mug.gif'))).body.imageUrl, body.imageUrl)
  assert.equal((await server.anyone.get(body.imageUrl)).headers.get('content-type'), 'image/gif')
  assert.equal((await ana.get('/api/shops')).status, 200)
  await ana.delete(product)
  assert.equal((await server.anyone.get(body.imageUrl)).status, 404)
})

test("an order uses the catalogue's names and prices, not those of the request, and takes the stock", async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const mug = await stocked(keeper, 5)
  const bowl = await stocked(keeper, 5, { name: 'Bowl', retailPrice: 0.1 })
  const placed = await ana.post(`${shop}/orders`, {
    customerName: 'Rui',
    items: [
      { productId: mug, quantity: 2, price: 0.01, productName: 'Free mug' },
      { productId: bowl, quantity: 1 },
      { productId: bowl, quantity: 2 },
    ],
    totalAmount: 0,
    paymentStatus: 'succeeded',
  })
  assert.equal(placed.status, 201, placed.text)
  assert.deepEqual(
    [placed.body.orderId, placed.body.totalAmount, placed.body.currency, placed.body.status, placed.body.paymentStatus],
    ['1001', 35.3, 'EUR', 'pending', 'pending'],
  )
  assert.deepEqual(placed.body.items, [
    { productId: mug, productName: 'Blue mug', quantity: 2, price: 17.5 },
    { productId: bowl, productName: 'Bowl', quantity: 3, price: 0.1 },
  ])
  assert.deepEqual((await ana.get(`${shop}/orders/1001`)).body.items, placed.body.items)
  assert.equal((await ana.get(`${shop}/products/${mug}`)).body.stock, 3)
  const tooMany = await ana.post(`${shop}/orders`, {
    customerName: 'Rui',
    items: [
      { productId: bowl, quantity: 1 },
      { productId: mug, quantity: 4 },
    ],
  })
  assert.deepEqual(
    [tooMany.status, tooMany.body.code, tooMany.body.error],
    [409, 'out_of_stock', 'Only 3 of "Blue mug" are left.'],
  )
  assert.equal((await ana.get(`${shop}/products/${bowl}`)).body.stock, 2, 'a refused order takes no stock')
})

test('an order with two currencies, an unknown product or no products is refused', async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const items = [await stocked(keeper, 5), await stocked(keeper, 5, { currency: 'USD' })].map((productId) => ({
    productId,
    quantity: 1,
  }))
  const order = (body: object) => ana.post(`${shop}/orders`, { customerName: 'Rui', ...body })
  assert.equal((await order({ items })).body.details[0].path, 'body.items')
  assert.equal((await order({ items: [] })).status, 400)
  assert.equal((await order({ items: [{ productId: ana.userId, quantity: 1 }] })).status, 404)
  assert.equal((await order({ items: items.slice(1), formId: ana.userId })).status, 404)
  assert.equal((await order({ items: items.slice(1), customerId: ana.userId })).status, 404)
  assert.equal((await ana.get(`${shop}/orders`)).body.data.length, 0)
})

// The hourly limit of orders from one IP address.
test(
  'of thirty concurrent orders for the last unit, one succeeds and the others are out of stock',
  { timeout: 60_000 },
  async () => {
    const keeper = await openShop()
    const { ana, shop } = keeper
    const last = await stocked(keeper, 1, { name: 'Last mug' })
    const buy = () =>
      server.anyone.post(`/api/public${shop.slice(4)}/orders`, {
        customerName: 'Buyer',
        items: [{ productId: last, quantity: 1 }],
      })
    const answers = await Promise.all(Array.from({ length: 30 }, buy))
    assert.deepEqual(
      Object.entries(Object.groupBy(answers, ({ status, body }) => `${status} ${body.error ?? ''}`))
        .map(([answer, all]) => `${all?.length} × ${answer}`)
        .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })),
      ['1 × 201 ', '29 × 409 "Last mug" is out of stock.'],
    )
    assert.equal((await ana.get(`${shop}/products/${last}`)).body.stock, 0)
    assert.equal((await ana.get(`${shop}/orders`)).body.data.length, 1)
  },
)

test(
  'concurrent orders for the same products in any sequence wait for each other and never deadlock',
  { timeout: 60_000 },
  async () => {
    const keeper = await openShop()
    const { ana, shop } = keeper
    const [mug, bowl] = [await stocked(keeper, 100), await stocked(keeper, 100)]
    const order = (...ids: string[]) =>
      ana.post(`${shop}/orders`, { customerName: 'Rui', items: ids.map((productId) => ({ productId, quantity: 1 })) })
    const placed = await Promise.all(
      Array.from({ length: 30 }, (_, n) => (n % 2 ? order(mug, bowl) : order(bowl, mug))),
    )
    assert.deepEqual([...new Set(placed.map(({ status }) => status))], [201])
    assert.equal(new Set(placed.map(({ body }) => body.orderId)).size, 30)
    const cancelled = await Promise.all(
      placed.map(({ body }) => ana.put(`${shop}/orders/${body.id}/status`, { status: 'cancelled' })),
    )
    assert.deepEqual([...new Set(cancelled.map(({ status }) => status))], [200])
    assert.deepEqual(
      [(await ana.get(`${shop}/products/${mug}`)).body.stock, (await ana.get(`${shop}/products/${bowl}`)).body.stock],
      [100, 100],
    )
  },
)

test('an order changes its status only by the transitions of the table', async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const mug = await stocked(keeper, 100)
  const paths = {
    pending: [],
    processing: ['processing'],
    completed: ['processing', 'completed'],
    cancelled: ['cancelled'],
  }
  for (const from of orderStatuses) {
    for (const to of orderStatuses.filter((status) => status !== from)) {
      const { body } = await ana.post(`${shop}/orders`, {
        customerName: 'Rui',
        items: [{ productId: mug, quantity: 1 }],
      })
      const move = (status: string) => ana.put(`${shop}/orders/${body.orderId}/status`, { status })
      for (const step of paths[from]) assert.equal((await move(step)).status, 200)
      const answer = await move(to)
      const isAllowed = orderTransitions[from].includes(to)
      assert.deepEqual(
        [answer.status, answer.body.code],
        isAllowed ? [200, undefined] : [409, 'invalid_transition'],
        `${from} to ${to}`,
      )
      if (!isAllowed)
        assert.match(
          answer.body.error,
          from === 'pending' ? /It can become processing or cancelled\./ : /It can become |Its status is final\./,
        )
    }
  }
})

test('two concurrent cancellations return the stock once, and the history names the member', async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const mug = await stocked(keeper, 3)
  const { body } = await ana.post(`${shop}/orders`, { customerName: 'Rui', items: [{ productId: mug, quantity: 2 }] })
  await Promise.all(
    Array.from({ length: 5 }, () => ana.put(`${shop}/orders/${body.id}/status`, { status: 'cancelled' })),
  )
  assert.equal((await ana.get(`${shop}/products/${mug}`)).body.stock, 3)
  const { history } = (await ana.get(`${shop}/orders/${body.id}`)).body
  assert.deepEqual(
    history.map(({ kind, from, to, userId }: Record<string, string>) => [kind, from, to, userId]),
    [['status', 'pending', 'cancelled', ana.userId]],
  )
})

test('a deleted product leaves the catalogue but stays in its orders', async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const mug = await stocked(keeper, 3)
  const { body } = await ana.post(`${shop}/orders`, { customerName: 'Rui', items: [{ productId: mug, quantity: 1 }] })
  await ana.delete(`${shop}/products/${mug}`)
  assert.equal((await ana.get(`${shop}/products`)).body.data.length, 0)
  assert.equal((await ana.get(`${shop}/orders/${body.id}`)).body.items[0].productName, 'Blue mug')
  const again = await ana.post(`${shop}/orders`, { customerName: 'Rui', items: [{ productId: mug, quantity: 1 }] })
  assert.equal(again.status, 404)
})

test('orders are listed by status and customer, page by page', async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const mug = await stocked(keeper, 50)
  const contact = await ana.post('/api/contacts', {
    first_name: 'Rui',
    last_name: 'Costa',
    phone_number: '+15551230001',
  })
  const order = (more: object = {}) =>
    ana.post(`${shop}/orders`, { customerName: 'Rui', items: [{ productId: mug, quantity: 1 }], ...more })
  const ids = [(await order()).body.id, (await order({ customerId: contact.body.id })).body.id, (await order()).body.id]
  await ana.put(`${shop}/orders/${ids[0]}/status`, { status: 'processing' })
  const list = async (query: string) => (await ana.get(`${shop}/orders?${query}`)).body
  const idsOf = (page: { data: { id: string }[] }) => page.data.map(({ id }) => id)
  assert.deepEqual(idsOf(await list('status=processing')), [ids[0]])
  assert.deepEqual(idsOf(await list(`customerId=${contact.body.id}`)), [ids[1]])
  const first = await list('limit=2')
  assert.deepEqual(idsOf(first), [ids[2], ids[1]])
  assert.deepEqual(idsOf(await list(`limit=2&cursor=${first.nextCursor}`)), [ids[0]])
  assert.equal((await ana.get(`${shop}/orders?status=lost`)).status, 400)
})

test('only payments change the payment status, and the timeline lists every change', async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const mug = await stocked(keeper, 3)
  const contact = await ana.post('/api/contacts', {
    first_name: 'Rui',
    last_name: 'Costa',
    phone_number: '+15551230002',
  })
  const { body: order } = await ana.post(`${shop}/orders`, {
    customerName: 'Rui',
    customerId: contact.body.id,
    items: [{ productId: mug, quantity: 2 }],
  })
  const ctx = serverContext(server.app.services, { workspaceId: ana.workspaceId })
  const forPayment = await getOrderForPayment(ctx, order.orderId)
  assert.deepEqual([forPayment.id, forPayment.total_minor, forPayment.currency], [order.id, 3500, 'EUR'])
  await setOrderPaymentStatus(ctx, order.id, 'processing', 'pi_1')
  await setOrderPaymentStatus(ctx, order.id, 'succeeded')
  await setOrderPaymentStatus(ctx, order.id, 'succeeded')
  await ana.put(`${shop}/orders/${order.id}/status`, { status: 'processing', paymentStatus: 'refunded' })
  const { body } = await ana.get(`${shop}/orders/${order.id}`)
  assert.deepEqual([body.status, body.paymentStatus, body.paymentIntentId], ['processing', 'succeeded', 'pi_1'])
  assert.deepEqual(
    body.history.map(({ from, to }: Record<string, string>) => `${from} ${to}`),
    ['pending processing', 'processing succeeded', 'pending processing'],
  )
  const { body: timeline } = await ana.get(`/api/contacts/${contact.body.id}/timeline`)
  assert.deepEqual(
    timeline.data.map(({ title }: { title: string }) => title),
    [
      'Order #1001 is processing',
      'Payment of order #1001: succeeded',
      'Payment of order #1001: processing',
      'Ordered 2 items for 35.00 EUR',
    ],
  )
})

test('fifty requests with one Idempotency-Key create one order', async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const mug = await stocked(keeper, 100)
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      ana.post(
        `${shop}/orders`,
        { customerName: 'Rui', items: [{ productId: mug, quantity: 1 }] },
        { 'idempotency-key': 'order-1' },
      ),
    ),
  )
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201])
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal((await ana.get(`${shop}/products/${mug}`)).body.stock, 99)
  assert.equal((await ana.get(`${shop}/orders`)).body.data.length, 1)
})

test("the shop's socket: joining requires membership; order and notification frames use the shop's field names", async () => {
  const keeper = await openShop()
  const { ana, shop } = keeper
  const outsider = await server.signUp()
  const mug = await stocked(keeper, 5)
  const [hers, foreign] = [
    await openSocket(address, { token: ana.token }),
    await openSocket(address, { token: outsider.token }),
  ]
  hers.send('shop:join', { shopId: ana.workspaceId })
  assert.deepEqual((await hers.next('shop:joined')).data, { shopId: ana.workspaceId })
  hers.send('shop:leave', { shopId: ana.workspaceId })
  assert.deepEqual((await hers.next('shop:left')).data, { shopId: ana.workspaceId })
  foreign.send('shop:join', { shopId: ana.workspaceId })
  assert.equal((await foreign.next('error')).data.code, 'not_found')
  const { body } = await ana.post(`${shop}/orders`, { customerName: 'Rui', items: [{ productId: mug, quantity: 1 }] })
  const update = await hers.next('order:update')
  assert.deepEqual([update.data.id, update.data.orderId, update.data.totalAmount], [body.id, '1001', 17.5])
  const { data } = await hers.next('notification')
  assert.deepEqual(
    [data.title, data.message, data.type],
    ['New Order', 'Order #1001 received: 17.50 EUR from Rui', 'info'],
  )
  foreign.send('ping')
  await foreign.next('pong')
  assert.ok(!foreign.frames.some(({ event }) => event === 'order:update'))
})
