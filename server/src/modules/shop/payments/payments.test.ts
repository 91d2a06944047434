import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { openSocket } from '../../../../test/sockets.ts'
import { type SignedUp, startTestServer } from '../../../../test/server.ts'
import { verifyStripeSignature } from './stripe/signature.ts'
import { paymentStates, paymentTransitions, type PaymentSignal } from './transitions.ts'

interface Intent {
  id: string
  object: 'payment_intent'
  status: string
  amount: number
  amount_received: number
  currency: string
  client_secret: string
  metadata: Record<string, string>
}
interface Refund {
  id: string
  object: 'refund'
  status: string
  amount: number
  currency: string
  payment_intent: string
  metadata: Record<string, string>
}

/** The part of Stripe's API that an order needs: it stores and checks the requests and remembers their idempotency keys. */
function createStripe(secretKey: string) {
  const intents = new Map<string, Intent>()
  const refunds: Refund[] = []
  const answered = new Map<string, { parameters: string; body: object }>()
  // The fault of the next refund.
  const faults: ('lost response' | 'refused')[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    if (request.headers.authorization !== `Bearer ${secretKey}`) return fail(response, 401, 'Invalid API Key provided')
    const path = String(request.url)
    const [, id] = /^\/v1\/payment_intents\/(\w+)$/.exec(path) ?? []
    if (request.method === 'GET' && id) return respond(response, intents.get(id) as object)
    const key = String(request.headers['idempotency-key'])
    const seen = answered.get(key)
    if (seen?.parameters === text) return respond(response, seen.body)
    if (seen) return fail(response, 400, 'Keys for idempotent requests can only be used with the same parameters')
    const [, ended] = /^\/v1\/payment_intents\/(\w+)\/cancel$/.exec(path) ?? []
    if (ended) return cancel(response, intents.get(ended) as Intent)
    const form = new URLSearchParams(text)
    const metadata = Object.fromEntries(
      [...form]
        .flatMap(([name, value]) => [[/^metadata\[(\w+)\]$/.exec(name)?.[1] ?? '', value]])
        .filter(([name]) => name),
    )
    const made = path === '/v1/payment_intents' ? open(form, metadata) : createRefund(form, metadata)
    if (typeof made === 'string') return fail(response, 400, made)
    answered.set(key, { parameters: text, body: made })
    if (made.object === 'refund' && faults.shift() === 'lost response') return response.destroy()
    respond(response, made)
  })

  function open(form: URLSearchParams, metadata: Record<string, string>): Intent {
    const id = `pi_${randomUUID().replaceAll('-', '')}`
    const amount = Number(form.get('amount'))
    const currency = String(form.get('currency'))
    const status = 'requires_payment_method'
    const intent: Intent = {
      id,
      object: 'payment_intent',
      status,
      amount,
      amount_received: 0,
      currency,
      client_secret: `${id}_secret_x`,
      metadata,
    }
    intents.set(id, intent)
    return intent
  }

  function cancel(response: ServerResponse, intent: Intent) {
    if (intent.status === 'succeeded') return fail(response, 400, 'This PaymentIntent could not be canceled.')
    intent.status = 'canceled'
    respond(response, intent)
  }

  function createRefund(form: URLSearchParams, metadata: Record<string, string>): Refund | string {
    const intent = intents.get(String(form.get('payment_intent')))
    if (!intent) return 'No such payment_intent'
    if (faults[0] === 'refused') {
      faults.shift()
      return 'The account has no money.'
    }
    const amount = Number(form.get('amount'))
    const before = refunds
      .filter((refund) => refund.payment_intent === intent.id)
      .reduce((sum, refund) => sum + refund.amount, 0)
    if (before + amount > intent.amount_received) return 'Refund amount is greater than unrefunded amount on charge'
    const refund: Refund = {
      id: `re_${randomUUID()}`,
      object: 'refund',
      status: 'succeeded',
      amount,
      currency: intent.currency,
      payment_intent: intent.id,
      metadata,
    }
    refunds.push(refund)
    return refund
  }

  return {
    server,
    intents,
    refunds,
    faults,
    /** The customer pays in the browser. */
    pay(id: string): Intent {
      const intent = intents.get(id) as Intent
      intent.status = 'succeeded'
      intent.amount_received = intent.amount
      return intent
    },
  }
}

const respond = (response: ServerResponse, body: object) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const fail = (response: ServerResponse, status: number, message: string) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }))

const webhookSecret = 'whsec_of_the_installation'
const emulator = createStripe('sk_test_installation')
emulator.server.listen(0, '127.0.0.1')
await new Promise((resolve) => emulator.server.once('listening', resolve))
after(() => {
  emulator.server.close()
  emulator.server.closeAllConnections()
})

const server = await startTestServer({
  STRIPE_API_URL: `http://127.0.0.1:${(emulator.server.address() as AddressInfo).port}`,
  STRIPE_SECRET_KEY: 'sk_test_installation',
  STRIPE_WEBHOOK_SECRET: webhookSecret,
})

/** Creates a shop with a product. */
async function openShop(price = 10, stock = 1000) {
  const owner = await server.signUp()
  const { body: shop } = await owner.post('/api/shops', { name: 'Cups' })
  const at = `/api/shops/${shop.id}`
  const { body: product } = await owner.post(`${at}/products`, { name: 'Cup', retailPrice: price, stock })
  const order = async (quantity = 1) => {
    const { body } = await owner.post(`${at}/orders`, {
      customerName: 'Ben',
      items: [{ productId: product.id, quantity }],
    })
    assert.ok(body.id, JSON.stringify(body))
    return body as { id: string; orderId: string; totalAmount: number }
  }
  return { owner, shopId: shop.id as string, at: `${at}/payments`, shop: at, order }
}
type Shop = Awaited<ReturnType<typeof openShop>>

const orderOf = async ({ owner, shop }: Shop, id: string) => (await owner.get(`${shop}/orders/${id}`)).body

async function pays(shop: Shop, provider: 'manual' | 'stripe', quantity = 1) {
  const order = await shop.order(quantity)
  const { body: intent } = await shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider })
  if (provider === 'stripe') emulator.pay(intentOf(intent).id)
  const { status, body: payment } = await shop.owner.post(`${shop.at}/confirm`, { paymentId: intent.id })
  assert.equal(status, 200, JSON.stringify(payment))
  return { order, payment }
}

const intentOf = ({ id }: { id: string }) =>
  [...emulator.intents.values()].find(({ metadata }) => metadata.paymentId === id) as Intent

const sign = (body: string, { secret = webhookSecret, time = Math.floor(Date.now() / 1000) } = {}) =>
  `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`

function post(
  object: object,
  {
    id = `evt_${randomUUID()}`,
    type = 'payment_intent.succeeded',
    query = '',
    header = '',
    secret = webhookSecret,
  } = {},
) {
  const body = JSON.stringify({ id, object: 'event', type, data: { object } })
  return server.anyone.post(`/webhook/stripe${query}`, body, {
    'content-type': 'application/json; charset=utf-8',
    'stripe-signature': header || sign(body, { secret }),
  })
}

const { pool } = server.app.services.connections
const sums = async (paymentId: string) =>
  Object.fromEntries(
    (
      await pool.query(
        'select account, sum(amount_minor)::int as sum from shop.ledger_entries where payment_id = $1 group by 1',
        [paymentId],
      )
    ).rows.map(({ account, sum }) => [account, sum]),
  )
const logOf = async (paymentId: string) =>
  (
    await pool.query('select kind, before, after from shop.payment_events where payment_id = $1 order by id', [
      paymentId,
    ])
  ).rows

test('cash on delivery: the amount is the order’s total, and an owner confirms it', async () => {
  const shop = await openShop(19.99)
  const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token: shop.owner.token })
  const order = await shop.order(2)
  const made = await shop.owner.post(`${shop.at}/intent`, { orderId: order.orderId, provider: 'manual', amount: 0.01 })
  assert.equal(made.status, 201)
  const { id, orderId, amount, currency, status, provider, refundedAmount } = made.body
  assert.deepEqual(
    { orderId, amount, currency, status, provider, refundedAmount },
    { orderId: order.id, amount: 39.98, currency: 'USD', status: 'pending', provider: 'manual', refundedAmount: 0 },
  )
  assert.equal((await orderOf(shop, order.id)).paymentIntentId, id)

  const agent = await server.addMember(shop.owner, 'agent')
  assert.equal((await agent.post(`${shop.at}/confirm`, { paymentId: id })).status, 403)
  const paid = await shop.owner.post(`${shop.at}/confirm`, { paymentId: id })
  assert.equal(paid.body.status, 'succeeded')
  assert.equal((await shop.owner.get(`${shop.at}/${id}`)).body.status, 'succeeded')
  assert.equal((await orderOf(shop, order.id)).paymentStatus, 'succeeded')
  const { data } = await socket.next(
    ({ event, data }) => event === 'order:update' && data.paymentStatus === 'succeeded',
  )
  assert.equal(data.id, order.id)
  // Confirming twice has one effect.
  await shop.owner.post(`${shop.at}/confirm`, { paymentId: id })
  assert.deepEqual(await sums(id), { 'provider:manual': 3998, sales: -3998 })
  assert.equal(
    (await shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider: 'stripe' })).body.code,
    'already_paid',
  )
})

test('refunds: a part, then the rest, then no more', async () => {
  const shop = await openShop(10)
  const { order, payment } = await pays(shop, 'manual')
  const refund = (body: object) => shop.owner.post(`${shop.at}/${payment.id}/refund`, body)
  assert.equal((await refund({ amount: null })).status, 400, 'an invalid amount does not refund everything')
  assert.equal((await refund({ amount: 3.5 })).body.status, 'partially_refunded')
  assert.equal((await orderOf(shop, order.id)).paymentStatus, 'partially_refunded')
  const tooMuch = await refund({ amount: 6.51 })
  assert.equal(tooMuch.status, 409)
  assert.match(tooMuch.body.error, /Only 6\.50 USD/)
  assert.equal((await refund({ amount: 0.001 })).body.details[0].path, 'body.amount')
  assert.equal((await refund({ amount: -1 })).status, 400)
  const all = await refund({})
  assert.deepEqual([all.body.status, all.body.refundedAmount], ['refunded', 10])
  assert.equal((await refund({})).body.code, 'not_refundable')
  assert.deepEqual(await sums(payment.id), { 'provider:manual': 0, sales: -1000, refunds: 1000 })
  assert.deepEqual(
    (await logOf(payment.id)).map(({ kind, before, after }) => `${kind}: ${before} → ${after}`),
    [
      'created: pending → pending',
      'confirmed: pending → succeeded',
      'refund_succeeded: succeeded → partially_refunded',
      'refund_succeeded: partially_refunded → refunded',
    ],
  )
})

for (const provider of ['manual', 'stripe'] as const) {
  test(`fifty concurrent refunds by ${provider} never exceed the payment`, async () => {
    const shop = await openShop(10)
    const { payment } = await pays(shop, provider)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => shop.owner.post(`${shop.at}/${payment.id}/refund`, { amount: 1 })),
    )
    assert.deepEqual(
      [200, 409].map((code) => answers.filter(({ status }) => status === code).length),
      [10, 40],
    )
    const { body } = await shop.owner.get(`${shop.at}/${payment.id}`)
    assert.deepEqual([body.status, body.refundedAmount], ['refunded', 10])
    assert.deepEqual(await sums(payment.id), { [`provider:${provider}`]: 0, sales: -1000, refunds: 1000 })
  })
}

test('for any sequence of refunds, the ledger balances and never refunds more than was paid', async () => {
  const shop = await openShop(1)
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 5 }),
      async (quantity, cents) => {
        const { payment } = await pays(shop, 'manual', quantity)
        let expected = 0
        for (const amount of cents) {
          const { status } = await shop.owner.post(`${shop.at}/${payment.id}/refund`, { amount: amount / 100 })
          const fits = expected + amount <= quantity * 100
          assert.equal(status, fits ? 200 : 409)
          if (fits) expected += amount
        }
        const { sales = 0, refunds = 0, 'provider:manual': held = 0 } = await sums(payment.id)
        assert.deepEqual(
          { total: sales + refunds + held, held, refunds },
          { total: 0, held: quantity * 100 - expected, refunds: expected },
        )
      },
    ),
    { numRuns: 8 },
  )
})

test('the ledger and the log are append-only, and refuse a posting that does not balance', async () => {
  const shop = await openShop()
  const { payment } = await pays(shop, 'manual')
  const asServer = async (query: string, values: unknown[]) => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query('set local role app_system')
      await client.query(query, values)
    } finally {
      await client.query('rollback')
      client.release()
    }
  }
  for (const table of ['shop.ledger_entries', 'shop.payment_events']) {
    await assert.rejects(asServer(`delete from ${table} where payment_id = $1`, [payment.id]), /permission denied/)
    await assert.rejects(
      asServer(`update ${table} set created_at = now() where payment_id = $1`, [payment.id]),
      /permission denied/,
    )
  }
  const lopsided = `insert into shop.ledger_entries (id, workspace_id, posting_id, payment_id, account, amount_minor, currency)
    values (gen_random_uuid(), $1, gen_random_uuid(), $2, 'sales', 1, 'USD')`
  await assert.rejects(asServer(lopsided, [shop.shopId, payment.id]), /add up to zero/)
})

test('transitions: a received payment never becomes unpaid', () => {
  const signals: PaymentSignal[] = ['process', 'succeed', 'fail', 'cancel', 'refund_part', 'refund_all']
  fc.assert(
    fc.property(
      fc.constantFrom(...paymentStates),
      fc.array(fc.constantFrom(...signals), { maxLength: 30 }),
      (start, signals) => {
        let status = start
        let hasCome = ['succeeded', 'partially_refunded', 'refunded'].includes(status)
        for (const signal of signals) {
          status = paymentTransitions[status][signal] ?? status
          hasCome ||= status === 'succeeded'
          assert.equal(hasCome, ['succeeded', 'partially_refunded', 'refunded'].includes(status))
        }
      },
    ),
  )
})

test('Stripe: one intent per order, paid in the browser, confirmed from Stripe’s state', async () => {
  const shop = await openShop(12.5)
  const order = await shop.order()
  const begin = () => shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider: 'stripe' })
  const { body: made } = await begin()
  const intent = intentOf(made)
  assert.deepEqual([intent.amount, intent.currency, intent.metadata.orderId], [1250, 'usd', order.id])
  assert.equal(made.clientSecret, intent.client_secret)
  const again = await Promise.all([begin(), begin(), begin()])
  assert.deepEqual(new Set(again.map(({ body }) => body.id)), new Set([made.id]))
  assert.equal([...emulator.intents.values()].filter(({ metadata }) => metadata.orderId === order.id).length, 1)

  const confirm = () => shop.owner.post(`${shop.at}/confirm`, { paymentId: made.id })
  assert.equal((await confirm()).body.status, 'pending')
  emulator.pay(intent.id)
  assert.equal((await confirm()).body.status, 'succeeded')
  assert.equal((await orderOf(shop, order.id)).paymentStatus, 'succeeded')
})

test('an intent that was cancelled at Stripe is replaced by another one for the same payment', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const begin = async () => (await shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider: 'stripe' })).body
  const first = await begin()
  const cancelled = intentOf(first)
  cancelled.status = 'canceled'
  await post(cancelled, { type: 'payment_intent.canceled' })
  assert.equal((await orderOf(shop, order.id)).paymentStatus, 'failed')
  const second = await begin()
  assert.equal(second.id, first.id)
  assert.notEqual(second.clientSecret, first.clientSecret)
  const [id] = second.clientSecret.split('_secret')
  await post(emulator.pay(id))
  assert.equal((await orderOf(shop, order.id)).paymentStatus, 'succeeded')
})

test('a payment that is given up at Stripe and here can no longer be made; the order can be paid by another', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const begin = async () => (await shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider: 'stripe' })).body
  const first = await begin()
  const agent = await server.addMember(shop.owner, 'agent')
  const cancelled = await agent.post(`${shop.at}/${first.id}/cancel`)
  assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'cancelled'])
  assert.equal(intentOf(first).status, 'canceled')
  assert.equal((await orderOf(shop, order.id)).paymentStatus, 'pending')
  assert.equal((await agent.post(`${shop.at}/${first.id}/cancel`)).body.status, 'cancelled')
  await post(intentOf(first), { type: 'payment_intent.canceled' })
  assert.equal((await shop.owner.get(`${shop.at}/${first.id}`)).body.status, 'cancelled')
  const confirmed = await shop.owner.post(`${shop.at}/confirm`, { paymentId: first.id })
  assert.deepEqual([confirmed.status, confirmed.body.code], [409, 'payment_cancelled'])
  const second = await begin()
  assert.notEqual(second.id, first.id)
  emulator.pay(intentOf(second).id)
  const late = await shop.owner.post(`${shop.at}/${second.id}/cancel`)
  assert.deepEqual([late.status, late.body.code], [409, 'already_paid'])
  assert.equal((await orderOf(shop, order.id)).paymentStatus, 'succeeded')
  assert.deepEqual(
    (await logOf(first.id)).map(({ kind, after }) => [kind, after]),
    [
      ['created', 'pending'],
      ['cancelled', 'cancelled'],
      ['payment_intent.canceled', 'cancelled'],
    ],
  )
})

test('a manual payment that was cancelled cannot be confirmed, and a paid one cannot be cancelled', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const begin = async () => (await shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider: 'manual' })).body
  const { id } = await begin()
  assert.equal((await shop.owner.post(`${shop.at}/${id}/cancel`)).body.status, 'cancelled')
  assert.equal((await shop.owner.post(`${shop.at}/confirm`, { paymentId: id })).body.code, 'payment_cancelled')
  const { payment } = await pays(shop, 'manual')
  assert.equal((await shop.owner.post(`${shop.at}/${payment.id}/cancel`)).body.code, 'already_paid')
})

test('a payment without a named provider is by card where one is configured', async () => {
  const shop = await openShop()
  const { id } = await shop.order()
  const { body } = await shop.owner.post(`${shop.at}/intent`, { orderId: id })
  assert.equal(body.provider, 'stripe')
  assert.equal(body.clientSecret, intentOf(body).client_secret)
})

test('an amount other than the order’s total does not pay the order', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const { body: made } = await shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider: 'stripe' })
  emulator.pay(intentOf(made).id).amount_received = 1
  const answer = await shop.owner.post(`${shop.at}/confirm`, { paymentId: made.id })
  assert.deepEqual([answer.status, answer.body.code], [409, 'amount_mismatch'])
  assert.equal((await shop.owner.get(`${shop.at}/${made.id}`)).body.status, 'pending')
  assert.equal((await logOf(made.id)).at(-1).kind, 'confirmed')
})

test('Stripe’s webhook: signatures are verified, events apply once and in any order', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const { body: made } = await shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider: 'stripe' })
  const status = async () => (await shop.owner.get(`${shop.at}/${made.id}`)).body.status
  const before = { ...intentOf(made) }
  const intent = emulator.pay(intentOf(made).id)

  const failed = { ...before, status: 'requires_payment_method', last_payment_error: { message: 'declined' } }
  assert.equal((await post(failed, { type: 'payment_intent.payment_failed' })).status, 200)
  assert.equal(await status(), 'failed')
  const id = `evt_${randomUUID()}`
  const duplicates = await Promise.all(Array.from({ length: 20 }, () => post(intent, { id })))
  assert.ok(duplicates.every(({ status, body }) => status === 200 && body.received))
  assert.equal(await status(), 'succeeded')
  // A late event changes nothing.
  await post({ ...before, status: 'processing' }, { type: 'payment_intent.processing' })
  await post(failed, { type: 'payment_intent.payment_failed' })
  assert.equal(await status(), 'succeeded')
  assert.deepEqual(await sums(made.id), { 'provider:stripe': 1000, sales: -1000 })
  assert.equal((await logOf(made.id)).filter(({ kind }) => kind === 'payment_intent.succeeded').length, 1)
  assert.equal((await orderOf(shop, order.id)).paymentStatus, 'succeeded')

  // A refund made in Stripe's dashboard.
  const refund = {
    id: 're_there',
    object: 'refund',
    status: 'succeeded',
    amount: 400,
    currency: 'usd',
    payment_intent: intent.id,
    metadata: { workspaceId: shop.shopId },
  }
  await post(refund, { type: 'refund.created' })
  await post(refund, { type: 'refund.updated' })
  assert.equal((await shop.owner.get(`${shop.at}/${made.id}`)).body.refundedAmount, 4)
  // An event about an unknown object is accepted and ignored.
  assert.equal((await post({ object: 'customer', id: 'cus_1' }, { type: 'customer.created' })).status, 200)
  assert.equal((await post({ ...intent, metadata: { workspaceId: randomUUID() } })).status, 200)
})

test('a missing, wrong or expired Stripe signature is refused', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const { body: made } = await shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider: 'stripe' })
  const intent = { ...intentOf(made), status: 'succeeded', amount_received: 1000 }
  const text = JSON.stringify({
    id: 'evt_x',
    object: 'event',
    type: 'payment_intent.succeeded',
    data: { object: intent },
  })
  const now = Math.floor(Date.now() / 1000)
  const send = (signature: string | undefined, body = text) =>
    server.anyone.post('/webhook/stripe', body, {
      'content-type': 'application/json',
      ...(signature && { 'stripe-signature': signature }),
    })
  const attempts = [
    undefined,
    'nonsense',
    't=,v1=',
    sign(text, { secret: 'other' }),
    sign(text, { time: now - 301 }),
    sign(text, { time: now + 330 }),
    sign(text).replace(/v1=/, 'v0='),
    sign(text).replace(/t=\d+/, `t=${now - 1}`),
  ]
  for (const signature of attempts) assert.equal((await send(signature)).status, 400, signature)
  assert.equal((await send(sign(text), text.replace('evt_x', 'evt_y'))).status, 400)
  assert.equal((await shop.owner.get(`${shop.at}/${made.id}`)).body.status, 'pending')
  // While a secret is being replaced there are two signatures; one valid signature is enough.
  const two = `${sign(text, { secret: 'new' })},${sign(text).split(',')[1]}`
  assert.equal((await send(two)).status, 200)
  assert.equal((await shop.owner.get(`${shop.at}/${made.id}`)).body.status, 'succeeded')
})

test('a signature is not valid after any byte of the body is changed', () => {
  const secret = 'whsec_x'
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (bytes, at) => {
      const body = Buffer.from(bytes)
      const header = `t=1700000000,v1=${createHmac('sha256', secret).update('1700000000.').update(body).digest('hex')}`
      verifyStripeSignature(body, header, secret, 1_700_000_300_000)
      const index = at % body.length
      body.writeUInt8((body[index] as number) ^ 1, index)
      assert.throws(() => verifyStripeSignature(body, header, secret, 1_700_000_000_000), { code: 'invalid_signature' })
    }),
  )
})

test('a refund whose response from Stripe was lost has one effect after a retry', async () => {
  const shop = await openShop()
  const { payment } = await pays(shop, 'stripe')
  const intent = intentOf(payment)
  const refund = () => shop.owner.post(`${shop.at}/${payment.id}/refund`, { amount: 4 })
  const made = () => emulator.refunds.filter(({ payment_intent }) => payment_intent === intent.id)
  emulator.faults.push('lost response')
  assert.equal((await refund()).status, 502)
  assert.equal((await shop.owner.get(`${shop.at}/${payment.id}`)).body.refundedAmount, 0)
  const second = await refund()
  assert.deepEqual([second.status, second.body.refundedAmount, made().length], [200, 4, 1])
  // Or a webhook from Stripe reports it.
  emulator.faults.push('lost response')
  assert.equal((await refund()).status, 502)
  await post(made()[1] as Refund, { type: 'refund.created' })
  assert.equal((await shop.owner.get(`${shop.at}/${payment.id}`)).body.refundedAmount, 8)
  // The amount of a refused refund is available again.
  emulator.faults.push('refused')
  const refused = await shop.owner.post(`${shop.at}/${payment.id}/refund`, { amount: 2 })
  assert.deepEqual([refused.status, refused.body.code], [409, 'payment_refused'])
  assert.equal((await shop.owner.post(`${shop.at}/${payment.id}/refund`, {})).body.status, 'refunded')
  assert.deepEqual(await sums(payment.id), { 'provider:stripe': 0, sales: -1000, refunds: 1000 })
})

test('a refund that a crash interrupted is made once after a retry with its key', async () => {
  const shop = await openShop(100)
  const { payment } = await pays(shop, 'stripe')
  const intent = intentOf(payment)
  const key = { 'idempotency-key': randomUUID() }
  const refund = (amount: number, headers: Record<string, string> = key) =>
    shop.owner.post(`${shop.at}/${payment.id}/refund`, { amount }, headers)
  const made = () => emulator.refunds.filter(({ payment_intent }) => payment_intent === intent.id)
  // A crash leaves the request's key without a response and with an expired lock.
  const crashed = () =>
    pool.query(
      `update platform.idempotency_keys set status = null, answer = null, locked_until = now() - interval '1 second'
        where key = $1`,
      [key['idempotency-key']],
    )
  // A crash after the request to Stripe, before its response was stored.
  emulator.faults.push('lost response')
  assert.equal((await refund(4)).status, 502)
  await pool.query("update shop.refunds set status = 'pending' where payment_id = $1", [payment.id])
  await crashed()
  const repeated = await refund(4)
  assert.deepEqual([repeated.status, repeated.body.refundedAmount, made().length], [200, 4, 1])
  // A crash after that, before our own response was stored.
  await crashed()
  const again = await refund(4)
  assert.deepEqual([again.status, again.body.refundedAmount, made().length], [200, 4, 1])
  assert.equal((await refund(4)).headers.get('idempotency-replayed'), 'true')
  // Another amount is another refund, and so is another key.
  assert.equal((await refund(5)).status, 422)
  await crashed()
  assert.equal((await refund(5)).body.refundedAmount, 9)
  assert.equal((await refund(5, { 'idempotency-key': randomUUID() })).body.refundedAmount, 14)
  assert.deepEqual(
    [made().length, await sums(payment.id)],
    [3, { 'provider:stripe': 8600, sales: -10000, refunds: 1400 }],
  )
})

test('a payment that a crash interrupted continues with its key and has one intent', async () => {
  const shop = await openShop()
  const order = await shop.order()
  const key = { 'idempotency-key': randomUUID() }
  const begin = () => shop.owner.post(`${shop.at}/intent`, { orderId: order.id, provider: 'stripe' }, key)
  const first = await begin()
  assert.equal(first.status, 201)
  // A crash before the response was stored, and before Stripe's id was stored.
  await pool.query('update platform.idempotency_keys set status = null, locked_until = now() where key = $1', [
    key['idempotency-key'],
  ])
  await pool.query('update shop.payments set provider_ref = null where id = $1', [first.body.id])
  const { status, body } = await begin()
  assert.deepEqual([status, body.id, body.clientSecret], [201, first.body.id, first.body.clientSecret])
  assert.equal([...emulator.intents.values()].filter(({ metadata }) => metadata.orderId === order.id).length, 1)
})

test('webhooks of a shop’s own Stripe account change that shop only', async () => {
  const [mine, theirs] = [await openShop(), await openShop()]
  const order = await theirs.order()
  const { body: made } = await theirs.owner.post(`${theirs.at}/intent`, { orderId: order.id, provider: 'stripe' })
  const intent = { ...intentOf(made), status: 'succeeded', amount_received: 1000 }
  assert.equal((await post(intent, { query: `?shopId=${mine.shopId}`, secret: 'whsec_mine' })).status, 503)
  await mine.owner.put(`${mine.shop}/integrations/stripe/credentials`, {
    secretKey: 'sk_mine',
    webhookSecret: 'whsec_mine',
  })
  assert.equal((await post(intent, { secret: 'whsec_mine' })).status, 400)
  assert.equal((await post(intent, { query: `?shopId=${mine.shopId}`, secret: 'whsec_mine' })).status, 200)
  assert.equal((await theirs.owner.get(`${theirs.at}/${made.id}`)).body.status, 'pending')
  // The emulator knows only the installation's key, so the result shows which key was used.
  const own = await mine.owner.post(`${mine.at}/intent`, { orderId: (await mine.order()).id, provider: 'stripe' })
  assert.match(own.body.error, /Invalid API Key/)
  assert.equal((await mine.owner.get(`${mine.at}/${made.id}`)).status, 404)
})

test('cannot be paid: a cancelled, free or unknown order, or with a provider that is not configured', async () => {
  const shop = await openShop()
  const begin = (who: SignedUp, body: object) => who.post(`${shop.at}/intent`, body)
  const order = await shop.order()
  assert.equal((await begin(shop.owner, { orderId: order.id, provider: 'paypal' })).body.code, 'not_configured')
  assert.equal(
    (await begin(shop.owner, { orderId: order.id, provider: 'cheque' })).body.details[0].path,
    'body.provider',
  )
  assert.equal((await begin(shop.owner, { orderId: randomUUID() })).status, 404)
  await shop.owner.put(`${shop.shop}/orders/${order.id}/status`, { status: 'cancelled' })
  assert.equal((await begin(shop.owner, { orderId: order.id, provider: 'manual' })).body.code, 'order_cancelled')
  const free = await openShop(0)
  const gift = await free.owner.post(`${free.at}/intent`, { orderId: (await free.order()).id, provider: 'manual' })
  assert.equal(gift.body.code, 'nothing_to_pay')
  const paid = await pays(shop, 'manual')
  const agent = await server.addMember(shop.owner, 'agent')
  assert.equal((await agent.post(`${shop.at}/${paid.payment.id}/refund`, {})).status, 403)
})
