import assert from 'node:assert/strict'
import { randomUUID, sign } from 'node:crypto'
import { connect } from 'node:net'
import { Agent } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { after, test } from 'node:test'
import {
  CheckoutPaymentIntent,
  Client,
  Environment,
  OrdersController,
  PaymentsController,
} from '@paypal/paypal-server-sdk'
import fc from 'fast-check'
import { certify } from '../../../../../test/certificate.ts'
import { startPaypal } from '../../../../../test/paypal.ts'
import { startTestServer } from '../../../../../test/server.ts'
import { isPaypalUrl, trustedCertificate } from './signature.ts'

const root = certify('Example Root', { authority: true })
const intermediate = certify('Example Issuer', { authority: true, issuer: root })
const signer = certify('messageverificationcerts.paypal.com', { issuer: intermediate })
const chain = signer.pem + intermediate.pem

const app = { clientId: 'app-of-the-installation', clientSecret: 'secret', webhookId: '8PT597110X687430LKGECATA' }
const emulator = await startPaypal(app, { ...signer, chain })
after(() => emulator.close())
const server = await startTestServer({
  PAYPAL_API_URL: emulator.url,
  PAYPAL_CLIENT_ID: app.clientId,
  PAYPAL_CLIENT_SECRET: app.clientSecret,
  PAYPAL_WEBHOOK_ID: app.webhookId,
})

async function openShop(price = 10, currency = 'USD') {
  const owner = await server.signUp()
  const { body: shop } = await owner.post('/api/shops', { name: 'Cups', currency })
  const at = `/api/shops/${shop.id}`
  const { body: product } = await owner.post(`${at}/products`, {
    name: 'Cup',
    retailPrice: price,
    currency,
    stock: 100,
  })
  const order = async () => {
    const items = [{ productId: product.id, quantity: 1 }]
    return (await owner.post(`${at}/orders`, { customerName: 'Ben', items })).body as { id: string }
  }
  return { owner, at, shopId: shop.id as string, order }
}
type Shop = Awaited<ReturnType<typeof openShop>>

const begin = async ({ owner, at }: Shop, orderId: string) =>
  (await owner.post(`${at}/payments/intent`, { orderId, provider: 'paypal' })).body
const confirm = ({ owner, at }: Shop, paymentId: string) => owner.post(`${at}/payments/confirm`, { paymentId })
const statusOf = async ({ owner, at }: Shop, id: string) => (await owner.get(`${at}/payments/${id}`)).body.status
const refund = ({ owner, at }: Shop, id: string, body = {}) => owner.post(`${at}/payments/${id}/refund`, body)

async function pays(shop: Shop) {
  const order = await shop.order()
  const payment = await begin(shop, order.id)
  emulator.approve(payment.clientSecret)
  const { body } = await confirm(shop, payment.id)
  assert.equal(body.status, 'succeeded', JSON.stringify(body))
  const [capture] = emulator.orders.get(payment.clientSecret)?.purchase_units[0]?.payments?.captures ?? []
  assert.ok(capture)
  return { order, payment, capture }
}

function post({ body, headers }: ReturnType<typeof emulator.webhook>, query = '') {
  return server.anyone.post(`/webhook/paypal${query}`, body, headers)
}

const sums = async (paymentId: string) => {
  const { rows } = await server.app.services.connections.pool.query(
    'select account, sum(amount_minor)::int as sum from shop.ledger_entries where payment_id = $1 group by 1',
    [paymentId],
  )
  return Object.fromEntries(rows.map(({ account, sum }) => [account, sum]))
}

test('PayPal’s own SDK works with the emulator', async () => {
  // The SDK knows two hosts only, so their connections are redirected to the emulator.
  const { port } = new URL(emulator.url)
  const httpsAgent = new Agent()
  httpsAgent.createConnection = () => connect(Number(port), '127.0.0.1')
  const client = new Client({
    clientCredentialsAuthCredentials: { oAuthClientId: app.clientId, oAuthClientSecret: app.clientSecret },
    environment: Environment.Sandbox,
    httpClientOptions: { httpsAgent },
  })
  const [orders, payments] = [new OrdersController(client), new PaymentsController(client)]
  const prefer = 'return=representation'
  const created = await orders.createOrder({
    prefer,
    paypalRequestId: randomUUID(),
    body: {
      intent: CheckoutPaymentIntent.Capture,
      purchaseUnits: [{ amount: { currencyCode: 'USD', value: '20.00' }, customId: 'x:y' }],
    },
  })
  const id = String(created.result.id)
  assert.deepEqual([created.statusCode, created.result.status], [201, 'CREATED'])
  await assert.rejects(orders.captureOrder({ id }), { statusCode: 422 })
  emulator.approve(id)
  const captured = await orders.captureOrder({ id, prefer, paypalRequestId: 'one' })
  const [capture] = captured.result.purchaseUnits?.[0]?.payments?.captures ?? []
  assert.deepEqual([capture?.status, capture?.customId], ['COMPLETED', 'x:y'])
  const refunded = await payments.refundCapturedPayment({ captureId: String(capture?.id), prefer })
  assert.deepEqual([refunded.result.status, refunded.result.amount?.value], ['COMPLETED', '20.00'])
  const { result } = await payments.getCapturedPayment({ captureId: String(capture?.id) })
  assert.equal(result.status, 'REFUNDED')
  assert.equal((await orders.getOrder({ id })).result.status, 'COMPLETED')
})

test('an order has one PayPal order, which the customer approves and the confirmation captures', async () => {
  const shop = await openShop(12.5)
  const order = await shop.order()
  const payment = await begin(shop, order.id)
  const there = emulator.orders.get(payment.clientSecret)
  assert.deepEqual(there?.purchase_units[0]?.amount, { currency_code: 'USD', value: '12.50' })
  assert.deepEqual([payment.amount, payment.status, payment.provider], [12.5, 'pending', 'paypal'])
  assert.equal(payment.approvalUrl, `https://www.sandbox.paypal.com/checkoutnow?token=${payment.clientSecret}`)
  const again = await Promise.all([begin(shop, order.id), begin(shop, order.id)])
  assert.deepEqual(new Set(again.map(({ clientSecret }) => clientSecret)), new Set([payment.clientSecret]))

  assert.equal((await confirm(shop, payment.id)).body.status, 'pending', 'not approved yet')
  emulator.approve(payment.clientSecret)
  const both = await Promise.all([confirm(shop, payment.id), confirm(shop, payment.id)])
  assert.deepEqual(
    both.map(({ body }) => body.status),
    ['succeeded', 'succeeded'],
  )
  assert.equal((await shop.owner.get(`${shop.at}/orders/${order.id}`)).body.paymentStatus, 'succeeded')
  assert.deepEqual(await sums(payment.id), { 'provider:paypal': 1250, sales: -1250 })
  assert.equal((await confirm(shop, payment.id)).body.status, 'succeeded')
})

test('an access token is reused, and replaced when it is revoked', async () => {
  const shop = await openShop()
  await pays(shop)
  const asked = () => emulator.calls.filter((call) => call.includes('oauth2/token')).length
  const before = asked()
  await pays(shop)
  assert.equal(asked(), before)
  emulator.faults.push('token revoked')
  await pays(shop)
  assert.equal(asked(), before + 1)
})

test('a declined card fails the payment, and another card pays it', async () => {
  const shop = await openShop()
  const payment = await begin(shop, (await shop.order()).id)
  emulator.approve(payment.clientSecret)
  emulator.faults.push('declined')
  assert.equal((await confirm(shop, payment.id)).body.status, 'failed')
  emulator.approve(payment.clientSecret)
  assert.equal((await confirm(shop, payment.id)).body.status, 'succeeded')
})

test('an order that PayPal no longer has is replaced by another one for the same payment', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const first = await begin(shop, order.id)
  emulator.orders.delete(first.clientSecret)
  const second = await begin(shop, order.id)
  assert.equal(second.id, first.id)
  assert.notEqual(second.clientSecret, first.clientSecret)
  emulator.approve(second.clientSecret)
  assert.equal((await confirm(shop, second.id)).body.status, 'succeeded')
})

test('no money is captured for an order that was cancelled or paid otherwise meanwhile', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const payment = await begin(shop, order.id)
  const approved = emulator.approve(payment.clientSecret)
  await shop.owner.put(`${shop.at}/orders/${order.id}/status`, { status: 'cancelled' })
  assert.equal((await confirm(shop, payment.id)).body.code, 'order_cancelled')
  assert.equal((await post(emulator.webhook('CHECKOUT.ORDER.APPROVED', approved))).status, 200)
  assert.equal(approved.status, 'APPROVED')
})

test('an amount other than the order’s total does not pay the order', async () => {
  const shop = await openShop()
  const payment = await begin(shop, (await shop.order()).id)
  const [unit] = emulator.approve(payment.clientSecret).purchase_units
  Object.assign(unit?.amount ?? {}, { value: '0.01' })
  assert.equal((await confirm(shop, payment.id)).body.code, 'amount_mismatch')
  assert.equal(await statusOf(shop, payment.id), 'pending')
})

test('amounts in currencies without decimals, at PayPal only or by ISO 4217', async () => {
  for (const [price, currency, value] of [
    [1200, 'JPY', '1200'],
    [990, 'HUF', '990'],
  ] as const) {
    const shop = await openShop(price, currency)
    const { payment } = await pays(shop)
    assert.equal(emulator.orders.get(payment.clientSecret)?.purchase_units[0]?.amount.value, value)
  }
  const shop = await openShop(9.5, 'HUF')
  assert.match((await begin(shop, (await shop.order()).id)).error, /whole units/)
})

test('refunds: a part, a lost response, the rest, then no more', async () => {
  const shop = await openShop(10)
  const { payment, capture } = await pays(shop)
  assert.equal((await refund(shop, payment.id, { amount: 3.5 })).body.status, 'partially_refunded')
  emulator.faults.push('lost response')
  assert.equal((await refund(shop, payment.id, { amount: 2 })).status, 502)
  assert.equal((await refund(shop, payment.id, { amount: 2 })).body.refundedAmount, 5.5)
  const made = () => emulator.refunds.filter(({ captureId }) => captureId === capture.id)
  assert.equal(made().length, 2, 'the retry has no second effect')
  emulator.faults.push('busy')
  assert.equal((await refund(shop, payment.id)).status, 502)
  assert.equal((await refund(shop, payment.id)).body.status, 'refunded')
  assert.equal((await refund(shop, payment.id)).body.code, 'not_refundable')
  assert.deepEqual(await sums(payment.id), { 'provider:paypal': 0, sales: -1000, refunds: 1000 })
})

test('fifty concurrent refunds never exceed the payment', async () => {
  const shop = await openShop(10)
  const { payment } = await pays(shop)
  const answers = await Promise.all(Array.from({ length: 50 }, () => refund(shop, payment.id, { amount: 1 })))
  assert.equal(answers.filter(({ status }) => status === 200).length, 10)
  assert.deepEqual(await sums(payment.id), { 'provider:paypal': 0, sales: -1000, refunds: 1000 })
})

test('an approved order is captured by the webhook without a confirmation, and once for twenty copies', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const payment = await begin(shop, order.id)
  const notice = emulator.webhook('CHECKOUT.ORDER.APPROVED', emulator.approve(payment.clientSecret))
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(notice)))
  assert.ok(answers.every(({ status, body }) => status === 200 && body.received))
  assert.equal(await statusOf(shop, payment.id), 'succeeded')
  assert.deepEqual(await sums(payment.id), { 'provider:paypal': 1000, sales: -1000 })
  assert.equal((await shop.owner.get(`${shop.at}/orders/${order.id}`)).body.paymentStatus, 'succeeded')
})

test('webhooks in any order, each delivered twice, lead to the same state', async () => {
  const shop = await openShop()
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), async (sequence) => {
      const payment = await begin(shop, (await shop.order()).id)
      const approved = structuredClone(emulator.approve(payment.clientSecret))
      emulator.faults.push('pending')
      await confirm(shop, payment.id)
      const [capture] = emulator.orders.get(payment.clientSecret)?.purchase_units[0]?.payments?.captures ?? []
      assert.ok(capture)
      const pending = structuredClone(capture)
      capture.status = 'PARTIALLY_REFUNDED'
      const link = { rel: 'up', href: `${emulator.url}/v2/payments/captures/${capture.id}`, method: 'GET' }
      // A refund made on PayPal's own pages inherits the capture's custom id.
      const given = {
        id: randomUUID(),
        status: 'COMPLETED',
        amount: { currency_code: 'USD', value: '4.00' },
        custom_id: capture.custom_id,
        links: [link],
      }
      const notices = [
        emulator.webhook('CHECKOUT.ORDER.APPROVED', approved),
        emulator.webhook('PAYMENT.CAPTURE.PENDING', pending),
        emulator.webhook('PAYMENT.CAPTURE.COMPLETED', { ...pending, status: 'COMPLETED' }),
        emulator.webhook('PAYMENT.CAPTURE.REFUNDED', given),
        emulator.webhook('PAYMENT.CAPTURE.REFUNDED', given),
        emulator.webhook('CUSTOMER.DISPUTE.CREATED', { dispute_id: 'PP-1' }),
      ]
      for (const index of [...sequence, ...sequence]) {
        const answer = await post(notices[index] as (typeof notices)[0])
        assert.equal(answer.status, 200, answer.text)
      }
      assert.equal(await statusOf(shop, payment.id), 'partially_refunded')
      assert.deepEqual(await sums(payment.id), { 'provider:paypal': 600, sales: -1000, refunds: 400 })
    }),
    { numRuns: 5 },
  )
})

test('a webhook about our own refund arrives before the response', async () => {
  const shop = await openShop()
  const { payment } = await pays(shop)
  emulator.faults.push('lost response')
  assert.equal((await refund(shop, payment.id, { amount: 4 })).status, 502)
  await post(emulator.webhook('PAYMENT.CAPTURE.REFUNDED', emulator.refunds.at(-1) as object))
  assert.equal((await shop.owner.get(`${shop.at}/payments/${payment.id}`)).body.refundedAmount, 4)
  assert.deepEqual(await sums(payment.id), { 'provider:paypal': 600, sales: -1000, refunds: 400 })
})

test('signatures: PayPal’s API verifies them while the certificate chain has no trusted root, the certificate otherwise', async () => {
  const shop = await openShop()
  const { capture, payment } = await pays(shop)
  const notice = () => emulator.webhook('PAYMENT.CAPTURE.COMPLETED', capture)
  const before = emulator.postbacks.length
  assert.equal((await post(notice())).status, 200)
  assert.equal(emulator.postbacks.length, before + 1)
  const forged = (change: (posted: ReturnType<typeof notice>) => void) => {
    const posted = notice()
    change(posted)
    return post(posted)
  }
  const forgeries: ((posted: ReturnType<typeof notice>) => void)[] = [
    (posted) => (posted.body = posted.body.replace(payment.id, shop.shopId)),
    (posted) => (posted.headers['paypal-transmission-id'] = randomUUID()),
    (posted) => (posted.headers['paypal-transmission-time'] = new Date(0).toISOString()),
    (posted) => (posted.headers['paypal-transmission-sig'] = 'nonsense'),
    (posted) => (posted.headers['paypal-transmission-sig'] = ''),
    (posted) => (posted.headers['paypal-auth-algo'] = 'none'),
    (posted) => (posted.headers['paypal-cert-url'] = 'https://paypal.com.example.com/cert'),
    // An injected member beside the event would replace the webhook id of the request.
    (posted) => (posted.body = `${posted.body},"webhook_id":"other"`),
    (posted) => {
      const { 'paypal-transmission-id': id, 'paypal-transmission-time': time } = posted.headers
      const other = Buffer.from(`${id}|${time}|another-webhook|1`)
      posted.headers['paypal-transmission-sig'] = sign('sha256', other, signer.key).toString('base64')
    },
  ]
  for (const change of forgeries) assert.equal((await forged(change)).status, 400, String(change))

  emulator.renewCertificate()
  const usual = getCACertificates('default')
  setDefaultCACertificates([...usual, root.pem])
  after(() => setDefaultCACertificates(usual))
  const asked = emulator.postbacks.length
  assert.equal((await post(notice())).status, 200)
  for (const change of forgeries) assert.equal((await forged(change)).status, 400, String(change))
  assert.equal(emulator.postbacks.length, asked, 'PayPal’s API is no longer called')
  const fetched = emulator.calls.filter((call) => call.includes('/certs/')).length
  await post(notice())
  assert.equal(emulator.calls.filter((call) => call.includes('/certs/')).length, fetched, 'a certificate is cached')
})

test('only PayPal’s certificates and URLs are trusted', () => {
  const now = new Date('2026-11-21')
  const trust = (pem: string, roots = [root.pem], at = now) => trustedCertificate(pem, roots, at) !== null
  assert.ok(trust(chain))
  assert.ok(trust(chain + root.pem))
  assert.ok(!trust(signer.pem), 'an intermediate certificate is missing')
  assert.ok(!trust(chain, []), 'the root is not trusted')
  assert.ok(!trust(chain + root.pem, []), 'a root in the chain itself is not trusted')
  assert.ok(!trust(chain, [root.pem], new Date('2101-01-01')), 'expired')
  assert.ok(!trust('nonsense'))
  assert.ok(!trust(certify('paypal.com.example.com', { issuer: root }).pem), 'another subject')
  assert.ok(!trust(certify('x.paypal.com').pem), 'self-signed')
  const noAuthority = certify('Example Shop', { issuer: root })
  assert.ok(
    !trust(certify('x.paypal.com', { issuer: noAuthority }).pem + noAuthority.pem),
    'the issuer is not a certificate authority',
  )

  for (const url of ['https://api.paypal.com/v1/notifications/certs/CERT-1', 'https://api.sandbox.paypal.com/x']) {
    assert.ok(isPaypalUrl(url, null), url)
  }
  for (const url of [
    'http://api.paypal.com/x',
    'https://paypal.com.example.com/x',
    'https://evilpaypal.com/x',
    'https://api.paypal.com:8443/x',
    'https://user@api.paypal.com/x',
    'https://example.com/?.paypal.com',
    'https://example.com#.paypal.com',
    'nonsense',
    '',
  ]) {
    assert.ok(!isPaypalUrl(url, null), url)
  }
})

test('webhooks of a shop’s own PayPal app change that shop only', async () => {
  const [mine, theirs] = [await openShop(), await openShop()]
  const theirPayment = await begin(theirs, (await theirs.order()).id)
  const notice = emulator.webhook('CHECKOUT.ORDER.APPROVED', emulator.approve(theirPayment.clientSecret))
  assert.equal((await post(notice, `?shopId=${mine.shopId}`)).status, 503)
  const credentials = `${mine.at}/integrations/paypal/credentials`
  const half = await mine.owner.put(credentials, { clientId: 'x' })
  assert.deepEqual(
    half.body.details.map(({ path }: { path: string }) => path),
    ['body.clientSecret', 'body.webhookId'],
  )
  await mine.owner.put(credentials, app)
  assert.equal((await post(notice, `?shopId=${mine.shopId}`)).status, 200)
  assert.equal(await statusOf(theirs, theirPayment.id), 'pending')
  await mine.owner.put(credentials, { ...app, clientSecret: 'wrong' })
  assert.match((await begin(mine, (await mine.order()).id)).error, /PayPal refused: Client Authentication failed/)
})

test('without an account, payments and webhooks are refused', async () => {
  const bare = await startTestServer()
  const owner = await bare.signUp()
  const { body: shop } = await owner.post('/api/shops', { name: 'Cups' })
  const { body: product } = await owner.post(`/api/shops/${shop.id}/products`, {
    name: 'Cup',
    retailPrice: 1,
    stock: 1,
  })
  const { body: order } = await owner.post(`/api/shops/${shop.id}/orders`, {
    customerName: 'Ben',
    items: [{ productId: product.id, quantity: 1 }],
  })
  const intent = await owner.post(`/api/shops/${shop.id}/payments/intent`, { orderId: order.id, provider: 'paypal' })
  assert.deepEqual([intent.status, intent.body.code], [409, 'not_configured'])
  const answer = await bare.anyone.post('/webhook/paypal', '{}', { 'content-type': 'application/json' })
  assert.equal(answer.status, 503)
  assert.ok(answer.headers.get('retry-after'))
})
