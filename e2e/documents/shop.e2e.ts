import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Answer, FrontEnd, Live, Person } from './front-end.ts'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from './answers.ts'
import { testDocument } from './document.ts'
import { asPerson, openFrontEnd } from './front-end.ts'
import { startPlatforms } from './platforms.ts'

const platforms = await startPlatforms()
after(() => platforms[Symbol.dispose]())

const ofShop = [
  'GET /api/shops/:shopId',
  'PUT /api/shops/:shopId',
  'GET /api/shops/:shopId/products',
  'POST /api/shops/:shopId/products',
  'PUT /api/shops/:shopId/products/:productId',
  'DELETE /api/shops/:shopId/products/:productId',
  'GET /api/shops/:shopId/conversations',
  'GET /api/shops/:shopId/conversations/:conversationId',
  'PUT /api/shops/:shopId/conversations/:conversationId',
  'POST /api/shops/:shopId/conversations/:conversationId/messages',
  'GET /api/shops/:shopId/orders',
  'GET /api/shops/:shopId/orders/:orderId',
  'PUT /api/shops/:shopId/orders/:orderId/status',
  'GET /api/shops/:shopId/forms',
  'POST /api/shops/:shopId/forms',
  'PUT /api/shops/:shopId/forms/:formId',
  'POST /api/shops/:shopId/integrations/:platform/connect',
  'POST /api/shops/:shopId/integrations/:platform/disconnect',
  'POST /api/shops/:shopId/payments/intent',
  'POST /api/shops/:shopId/payments/confirm',
  'POST /api/shops/:shopId/payments/:id/refund',
  'GET /api/shops/:shopId/payments/:id',
  // The contract adds:
  'GET /api/shops/:shopId/team',
  'POST /api/shops/:shopId/team',
  'POST /api/shops/:shopId/products/:productId/image',
  'GET /api/shops/:shopId/conversations/:conversationId/messages',
  'POST /api/shops/:shopId/orders',
  'DELETE /api/shops/:shopId/forms/:formId',
  'GET /api/shops/:shopId/forms/:formId/submissions',
]

const forStrangers = [
  'GET /api/public/shops/:shopId/products',
  'POST /api/public/shops/:shopId/conversations',
  'GET /api/public/shops/:shopId/conversations/:conversationId/messages',
  'POST /api/public/shops/:shopId/conversations/:conversationId/messages',
  'POST /api/public/shops/:shopId/forms/:formId/submissions',
  'POST /api/public/shops/:shopId/orders',
]

testDocument(
  {
    name: 'Seed 003, social commerce',
    open: [
      'POST /api/auth/register',
      'POST /api/auth/login',
      'POST /api/auth/refresh',
      'GET /oauth/facebook/callback',
      'GET /oauth/tiktok/callback',
      ...forStrangers,
    ],
    signedIn: [
      'POST /api/auth/logout',
      'GET /api/auth/me',
      'GET /api/shops',
      'POST /api/shops',
      'POST /api/notifications/subscribe',
      'POST /api/notifications/unsubscribe',
      ...ofShop,
    ],
    withoutInput: ['POST /api/auth/logout', 'GET /api/auth/me', 'GET /api/shops'],
    sent: ['shop:join', 'ping'],
    received: ['pong', 'message:new', 'conversation:update', 'order:update', 'notification'],
  },
  async ({ visitor, url, notes, step, signUp }) => {
    const bob = await signUp({ name: 'Bob' })
    let ana: Person
    let agent: Person
    let shop: string
    let shopId: string
    let live: Live
    let productId: string
    let conversationId: string
    let rui: FrontEnd
    let orderId: string
    let formId: string
    let paymentId: string

    await step('authentication and users', async () => {
      const credentials = { email: 'ana@example.com', password: 'password123' }
      const made = await answered(201, visitor.post('/api/auth/register', { ...credentials, username: 'ana.silva' }))
      assertShape(made, {
        token: aText,
        refresh_token: aText,
        user: { id: anId, username: 'ana.silva', role: 'owner' },
      })
      await refused(409, visitor.post('/api/auth/register', credentials))
      await refused(400, visitor.post('/api/auth/register', { password: 'password123' }), 'body.email')
      await refused(
        400,
        visitor.post('/api/auth/register', { email: 'eve@example.com', password: 12 }),
        'body.password',
      )
      await refused(
        400,
        visitor.post('/api/auth/register', { email: 'eve@example.com', password: 'short' }),
        'body.password',
      )

      const login = await visitor.post('/api/auth/login', credentials)
      await answered(200, Promise.resolve(login))
      assertShape(login.body, {
        token: aText,
        refresh_token: aText,
        expires_in: aNumber,
        user: { email: credentials.email },
      })
      const cookies = login.headers.getSetCookie()
      assert.ok(cookies.length > 0 && cookies.every((cookie) => /; HttpOnly/i.test(cookie)), cookies.join())
      // The cookie alone signs in too; then another site's page may change nothing.
      const cookie = cookies.map((one) => one.split(';')[0]).join('; ')
      assertShape(await answered(200, visitor.get('/api/auth/me', { cookie })), { email: credentials.email })
      await refused(403, visitor.post('/api/shops', { name: 'X' }, { cookie, origin: 'https://evil.example.com' }))
      await refused(401, visitor.post('/api/auth/login', { ...credentials, password: 'wrong password' }))
      await refused(401, visitor.post('/api/auth/login', { ...credentials, email: 'nobody@example.com' }))
      await refused(400, visitor.post('/api/auth/login', { email: credentials.email }), 'body.password')

      ana = asPerson(url, notes, credentials, login.body)
      const me = await answered(200, ana.get('/api/auth/me'))
      assertShape(me, { id: ana.id, email: credentials.email, username: 'ana.silva', role: 'owner' })
      await refused(401, openFrontEnd(url, notes, 'no.such.token').get('/api/auth/me'))

      const rotated = await answered(200, visitor.post('/api/auth/refresh', { refresh_token: made.refresh_token }))
      assert.notEqual(rotated.refresh_token, made.refresh_token)
      await refused(401, visitor.post('/api/auth/refresh', { refresh_token: 'nonsense' }))
      const first = asPerson(url, notes, credentials, rotated)
      await answered(200, first.post('/api/auth/logout'))
      await refused(401, first.get('/api/auth/me'))
      await refused(401, visitor.post('/api/auth/refresh', { refresh_token: rotated.refresh_token }))
    })

    await step('shop management', async () => {
      const made = await answered(
        201,
        ana.post('/api/shops', { name: 'Silva Ceramics', ownerId: bob.id, currency: 'EUR' }),
      )
      assertShape(made, {
        id: ana.workspaceId,
        name: 'Silva Ceramics',
        ownerId: ana.id,
        team: [{ userId: ana.id, role: 'owner', addedAt: anInstant }],
        createdAt: anInstant,
        updatedAt: anInstant,
      })
      shopId = made.id
      shop = `/api/shops/${shopId}`
      await refused(400, ana.post('/api/shops', {}), 'body.name')
      await refused(400, ana.post('/api/shops', { name: 7 }), 'body.name')
      assert.deepEqual(await answered(200, ana.get(shop)), made)
      assertShape(await answered(200, ana.put(shop, { name: 'Silva & Filhos', accessToken: 'x' })), {
        name: 'Silva & Filhos',
        currency: 'EUR',
      })
      await refused(400, ana.put(shop, { currency: 'EURO' }), 'body.currency')
      assertShape(await answered(200, ana.get('/api/shops')), {
        data: [{ id: shopId, role: 'owner' }],
        nextCursor: null,
      })
      await refused(404, ana.get(`/api/shops/${unknownId}`))
      await answered(201, bob.post('/api/shops', { name: "Bob's" }))

      const email = 'carla@example.com'
      const invited = await answered(201, ana.post(`${shop}/team`, { email, role: 'agent' }))
      assertShape(invited, { email, role: 'agent', token: aText, acceptUrl: aText })
      agent = await signUp({ name: 'Carla', email, invitation_token: invited.token })
      assertShape(await answered(200, ana.get(`${shop}/team`)), { data: (list) => (list as unknown[]).length === 2 })
      await refused(400, ana.post(`${shop}/team`, { role: 'agent' }), 'body.email')
      live = await ana.listen()
      live.send('ping')
      await live.next('pong')
      live.send('shop:join', { shopId })
      await live.next('shop:joined')
      live.send('shop:join', { shopId: bob.workspaceId })
      assertShape((await live.next('error')).data, { error: aText, code: 'not_found' })
    })

    await step('products', async () => {
      const made = await answered(
        201,
        ana.post(`${shop}/products`, {
          name: 'Blue mug',
          description: 'Stoneware',
          retailPrice: 17.5,
          stock: 10,
          imageUrl: 'https://cdn.example.com/mug.png',
          category: 'Mugs',
          shopId: bob.workspaceId,
        }),
      )
      assertShape(made, {
        id: anId,
        shopId,
        name: 'Blue mug',
        description: 'Stoneware',
        retailPrice: 17.5,
        stock: 10,
        imageUrl: 'https://cdn.example.com/mug.png',
        category: 'Mugs',
        currency: 'EUR',
        createdAt: anInstant,
        updatedAt: anInstant,
      })
      productId = made.id
      await refused(400, ana.post(`${shop}/products`, { retailPrice: 5 }), 'body.name')
      await refused(400, ana.post(`${shop}/products`, { name: 'Cup' }), 'body.retailPrice')
      await refused(400, ana.post(`${shop}/products`, { name: 'Cup', retailPrice: '5' }), 'body.retailPrice')
      await refused(400, ana.post(`${shop}/products`, { name: 'Cup', retailPrice: 5, stock: -1 }), 'body.stock')
      await refused(400, ana.post(`${shop}/products`, '{"name":', { 'content-type': 'application/json' }))
      await refused(415, ana.post(`${shop}/products`, 'name=Cup', { 'content-type': 'text/plain' }))

      assertShape(await answered(200, ana.put(`${shop}/products/${productId}`, { stock: 12 })), {
        stock: 12,
        retailPrice: 17.5,
      })
      await refused(400, ana.put(`${shop}/products/${productId}`, { retailPrice: -1 }), 'body.retailPrice')
      await refused(404, ana.put(`${shop}/products/${unknownId}`, { stock: 1 }))
      const second = await answered(201, ana.post(`${shop}/products`, { name: 'Bowl', retailPrice: 9 }))
      const first = await answered(200, ana.get(`${shop}/products?limit=1`))
      assertShape(first, { data: [{ id: second.id }], nextCursor: aText })
      assertShape(await answered(200, ana.get(`${shop}/products?limit=1&cursor=${first.nextCursor}`)), {
        data: [{ id: productId }],
        nextCursor: null,
      })
      await refused(400, ana.get(`${shop}/products?limit=0`), 'query.limit')
      assert.deepEqual(await answered(200, ana.delete(`${shop}/products/${second.id}`)), { success: true })
      await refused(404, ana.delete(`${shop}/products/${second.id}`))

      const picture = new FormData()
      picture.append('file', new Blob([onePixel], { type: 'image/png' }), 'mug.png')
      const pictured = await answered(200, ana.post(`${shop}/products/${productId}/image`, picture))
      const shown = await visitor.get(pictured.imageUrl)
      assert.equal(shown.headers.get('content-type'), 'image/png')
      const text = new FormData()
      text.append('file', new Blob(['not a picture']), 'mug.png')
      await refused(415, ana.post(`${shop}/products/${productId}/image`, text))
    })

    await step('a stranger writes, and the team answers', async () => {
      const front = `/api/public/shops/${shopId}`
      const offered = await answered(200, visitor.get(`${front}/products`))
      assertShape(offered, { data: [{ id: productId, retailPrice: 17.5, inStock: true }], nextCursor: null })
      await refused(404, visitor.get(`/api/public/shops/${unknownId}/products`))

      const begun = await answered(201, visitor.post(`${front}/conversations`, { customerName: 'Rui' }))
      assertShape(begun, { conversation: { id: anId, customerName: 'Rui' }, visitorToken: aText })
      await refused(400, visitor.post(`${front}/conversations`, { customerName: 5 }), 'body.customerName')
      conversationId = begun.conversation.id
      rui = openFrontEnd(url, notes, begun.visitorToken)
      const thread = `${front}/conversations/${conversationId}/messages`
      using browser = await rui.listen()
      const asked = await answered(201, rui.post(thread, { text: 'Is it dishwasher safe?' }))
      assertShape(asked, { id: anId, sender: 'user', text: 'Is it dishwasher safe?', timestamp: aNumber })
      await refused(400, rui.post(thread, {}), 'body.text')
      await refused(401, visitor.post(thread, { text: 'Me too' }))
      await refused(401, visitor.get(thread))
      const other = await answered(201, visitor.post(`${front}/conversations`, {}))
      await refused(404, openFrontEnd(url, notes, other.visitorToken).get(thread))

      const heard = await live.next('message:new', ({ id }) => id === asked.id)
      assertShape(heard.data, {
        id: asked.id,
        conversationId,
        shopId,
        sender: 'user',
        text: asked.text,
        timestamp: aNumber,
      })
      await live.next('notification', ({ title, message, type }) => title && message === asked.text && type === 'info')

      const mine = `${shop}/conversations/${conversationId}`
      const reply = await answered(201, agent.post(`${mine}/messages`, { text: 'Yes, it is.' }))
      assertShape(reply, {
        id: anId,
        sender: 'seller',
        senderId: agent.id,
        text: 'Yes, it is.',
        timestamp: aNumber,
        attachment: null,
      })
      assert.ok(Math.abs(reply.timestamp - Date.now()) < 60_000, 'in milliseconds')
      const delivered = await browser.next('message:new', ({ id }) => id === reply.id)
      assert.equal(delivered.data.senderId, undefined, 'A visitor is not told which member wrote.')
      await refused(400, agent.post(`${mine}/messages`, {}), 'body.text')
      await refused(400, agent.post(`${mine}/messages`, { text: ['Yes'] }), 'body.text')
      await refused(404, agent.post(`${shop}/conversations/${unknownId}/messages`, { text: 'Hello?' }))
      const attachment = { url: '/menu.pdf', type: 'file', name: 'menu.pdf' }
      assertShape(await answered(201, agent.post(`${mine}/messages`, { text: '', attachment })), { attachment })
      assertShape(await answered(200, rui.get(thread)), { data: (list) => (list as unknown[]).length === 3 })
    })

    await step('conversations', async () => {
      const mine = `${shop}/conversations/${conversationId}`
      const found = await answered(200, ana.get(mine))
      assertShape(found, {
        id: conversationId,
        shopId,
        customerName: 'Rui',
        customerId: anId,
        channel: 'web',
        status: 'open',
        assigneeId: null,
        messages: [{ sender: 'user' }, { sender: 'seller' }, { sender: 'seller' }],
        tags: [],
        notes: null,
        isAiActive: (value) => typeof value === 'boolean',
        createdAt: anInstant,
        updatedAt: anInstant,
      })
      const changes = { status: 'pending', assigneeId: agent.id, tags: ['vip'], notes: 'Asks a lot', isAiActive: false }
      assertShape(await answered(200, agent.put(mine, { ...changes, messages: [] })), {
        ...changes,
        messages: (list) => (list as unknown[]).length === 3,
      })
      const update = await live.next(
        'conversation:update',
        ({ id, status }) => id === conversationId && status === 'pending',
      )
      assertShape(update.data, { id: conversationId, shopId, customerName: 'Rui', ...changes })
      assertShape(await answered(200, ana.put(mine, { notes: '' })), { notes: null, tags: ['vip'] })
      await refused(400, ana.put(mine, { status: 'asleep' }), 'body.status')
      await refused(400, ana.put(mine, { tags: 'vip' }), 'body.tags')
      await refused(404, ana.put(mine, { assigneeId: bob.id }))
      await refused(404, ana.put(`${shop}/conversations/${unknownId}`, { status: 'closed' }))
      await refused(404, ana.get(`${shop}/conversations/${unknownId}`))
      await refused(404, ana.get(`${shop}/conversations/nonsense`))

      const pending = await answered(200, ana.get(`${shop}/conversations?status=pending`))
      assertShape(pending, { data: [{ id: conversationId }], nextCursor: null })
      await refused(400, ana.get(`${shop}/conversations?status=asleep`), 'query.status')
      const page = await answered(200, ana.get(`${mine}/messages?limit=1`))
      assertShape(page, { data: [{ attachment: { name: 'menu.pdf' } }], nextCursor: aText })
      await refused(400, ana.get(`${mine}/messages?cursor=nonsense`))
    })

    await step('orders', async () => {
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
      orderId = placed.id
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
    })

    await step('forms', async () => {
      const fields = [
        { name: 'email', label: 'Your address', type: 'email', required: true },
        { name: 'size', type: 'select', options: ['S', 'L'] },
      ]
      const made = await answered(201, ana.post(`${shop}/forms`, { name: 'Made to order', fields }))
      assertShape(made, {
        id: anId,
        shopId,
        name: 'Made to order',
        fields: [{ name: 'email', required: true }, { options: ['S', 'L'] }],
        createdAt: anInstant,
      })
      formId = made.id
      await refused(400, ana.post(`${shop}/forms`, { fields }), 'body.name')
      await refused(
        400,
        ana.post(`${shop}/forms`, { name: 'F', fields: [{ name: 'a', type: 'hologram' }] }),
        'body.fields[0].type',
      )
      assertShape(await answered(200, ana.get(`${shop}/forms`)), { data: [{ id: formId }], nextCursor: null })
      await refused(400, ana.get(`${shop}/forms?limit=x`), 'query.limit')
      assertShape(await answered(200, ana.put(`${shop}/forms/${formId}`, { name: 'To order' })), {
        name: 'To order',
        fields: [{ name: 'email' }, { name: 'size' }],
      })
      await refused(400, ana.put(`${shop}/forms/${formId}`, { fields: [] }), 'body.fields')
      await refused(404, ana.put(`${shop}/forms/${unknownId}`, { name: 'F' }))

      const submissions = `/api/public/shops/${shopId}/forms/${formId}/submissions`
      const values = { email: 'rui@example.com', size: 'L' }
      assertShape(await answered(201, visitor.post(submissions, { values })), { id: anId, submittedAt: anInstant })
      await refused(400, visitor.post(submissions, { values: { size: 'L' } }), 'body.values.email')
      await refused(400, visitor.post(submissions, { values: { ...values, size: 'XXL' } }), 'body.values.size')
      assertShape(await answered(200, agent.get(`${shop}/forms/${formId}/submissions`)), { data: [{ values }] })
      await refused(404, agent.get(`${shop}/forms/${unknownId}/submissions`))
      assert.deepEqual(await answered(200, ana.delete(`${shop}/forms/${formId}`)), { success: true })
      await refused(404, ana.delete(`${shop}/forms/${formId}`))
    })

    await step('payments', async () => {
      const intent = await answered(
        201,
        agent.post(`${shop}/payments/intent`, { orderId, provider: 'manual', amount: 1 }),
      )
      assertShape(intent, { id: anId, orderId, amount: 35, currency: 'EUR', status: 'pending', provider: 'manual' })
      paymentId = intent.id
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
    })

    await step('social media integrations and OAuth callbacks', async () => {
      const integrations = `${shop}/integrations`
      await refused(404, ana.post(`${integrations}/myspace/connect`, {}))
      await refused(404, ana.post(`${integrations}/myspace/disconnect`, {}))
      assert.equal(await refused(409, ana.post(`${integrations}/instagram/connect`, {})), 'not_configured')
      await refused(400, ana.post(`${integrations}/telegram/connect`, { token: 5 }), 'body.token')

      for (const [platform, pageId] of [
        ['facebook', '1234'],
        ['tiktok', 'open-1'],
      ]) {
        const { authUrl } = await answered(200, ana.post(`${integrations}/${platform}/connect`, {}))
        const { state, cookie } = await setOut(visitor, url, authUrl)
        const callback = `/oauth/${platform}/callback`
        // Whoever has the state but not the browser gets nowhere.
        await isRefusalPage(visitor.get(`${callback}?code=good&state=${state}`))
        await isRefusalPage(visitor.get(`${callback}?code=good&state=nonsense`, { cookie }))
        const done = await visitor.get(`${callback}?code=good&state=${state}`, { cookie })
        await answered(200, Promise.resolve(done))
        assert.match(done.headers.get('content-type') ?? '', /^text\/html/)
        assert.match(done.text, /postMessage\(\{.*"success":true.*\}, "http:\/\/127\.0\.0\.1:\d+"\).*window\.close\(\)/)
        assert.doesNotMatch(done.text, /EAAB|act\.1/, 'The token stays with us.')
        await isRefusalPage(visitor.get(`${callback}?code=good&state=${state}`, { cookie }))
        const connected = await answered(200, ana.get(shop))
        assertShape(connected.integrations[platform!], { isConnected: true, pageId, status: 'connected' })
        assert.doesNotMatch(JSON.stringify(connected), /EAA[BP]|act\.1|accessToken/)
      }
      for (const platform of ['facebook', 'instagram', 'tiktok', 'telegram', 'viber'])
        await isRefusalPage(visitor.get(`/oauth/${platform}/callback?code=x&state=y`))

      assert.deepEqual(await answered(200, ana.post(`${integrations}/facebook/disconnect`, {})), { success: true })
      assertShape(await answered(200, ana.get(shop)), {
        integrations: {
          facebook: { isConnected: false },
          instagram: { isConnected: false },
          tiktok: { isConnected: true },
          telegram: { isConnected: false },
          viber: { isConnected: false },
          whatsapp: { isConnected: false },
        },
      })
      const next = await answered(201, ana.post('/api/shops', { name: 'Silva Tiles' }))
      assertShape(next, { integrations: { tiktok: { isConnected: false } } })
    })

    await step('what comes by a channel is answered through it', async () => {
      const before = platforms.asked.length
      const token = '111:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw'
      const connected = await answered(200, ana.post(`${shop}/integrations/telegram/connect`, { token }))
      assertShape(connected, { success: true, platform: 'telegram', accountName: '@silva_bot' })
      const told = platforms.asked.findLast(({ path }) => path.endsWith('/setWebhook'))
      const { url: webhook, secret_token } = JSON.parse(told!.body)
      const update = {
        update_id: 1,
        message: {
          message_id: 7,
          date: Math.floor(Date.now() / 1000),
          chat: { id: 555, type: 'private' },
          from: { id: 555, first_name: 'Rui' },
          text: 'Do you ship to Faro?',
        },
      }
      const path = webhook.slice(url.length)
      const secret = { 'x-telegram-bot-api-secret-token': secret_token }
      await refused(401, visitor.post(path, update, { 'x-telegram-bot-api-secret-token': 'guessed' }))
      await answered(200, visitor.post(path, update, secret))
      await answered(200, visitor.post(path, update, secret))
      const heard = await live.next('message:new', ({ text }) => text === 'Do you ship to Faro?')
      const thread = `${shop}/conversations/${heard.data.conversationId}`
      const { messages, ...conversation } = await answered(200, ana.get(thread))
      assertShape(conversation, { channel: 'telegram', customerName: 'Rui', status: 'open' })
      assert.equal(messages.length, 1, 'A delivery that is repeated says nothing twice.')
      const reply = await answered(201, agent.post(`${thread}/messages`, { text: 'Yes, we do.' }))
      await live.next('message:update', ({ id, status }) => id === reply.id && status === 'sent')
      const sent = platforms.asked.slice(before).filter(({ path }) => path.endsWith('/sendMessage'))
      assert.deepEqual(
        sent.map(({ body }) => JSON.parse(body)),
        [{ chat_id: '555', text: 'Yes, we do.' }],
      )
      assert.doesNotMatch((await ana.get(shop)).text, /AAHdqTcv/)
    })

    await step('notifications', async () => {
      const subscription = {
        endpoint: 'https://push.example.com/send/1',
        keys: {
          p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
          auth: 'BTBZMqHH6r4Tts7J_aSIgg',
        },
      }
      await answered(201, ana.post('/api/notifications/subscribe', subscription))
      await answered(201, ana.post('/api/notifications/subscribe', { subscription }))
      await refused(400, ana.post('/api/notifications/subscribe', { keys: subscription.keys }), 'body.endpoint')
      await refused(400, ana.post('/api/notifications/subscribe', { endpoint: subscription.endpoint }), 'body.keys')
      const { endpoint } = subscription
      assert.deepEqual(await answered(200, ana.post('/api/notifications/unsubscribe', { endpoint })), { success: true })
      await refused(400, ana.post('/api/notifications/unsubscribe', {}), 'body.endpoint')
    })

    await step('webhooks of payments need a configuration', async () => {
      const stripe = openFrontEnd(url, { calls: [], frames: [] })
      await refused(503, stripe.post('/webhook/stripe', { type: 'payment_intent.succeeded' }))
    })

    await step('a shop is closed to the owners of others', async () => {
      const ids: Record<string, string> = {
        shopId,
        productId,
        conversationId,
        orderId,
        formId,
        platform: 'telegram',
        id: paymentId,
        userId: ana.id,
      }
      for (const endpoint of ofShop) await refused(404, call(bob, endpoint, ids))
      // Nor does one's own address lead to what is theirs.
      ids.shopId = bob.workspaceId
      for (const endpoint of ofShop.filter((path) => /:(product|conversation|order)Id|payments\/:id/.test(path)))
        await refused(404, call(bob, endpoint, ids))
    })

    await step('an agent changes no settings', async () => {
      const ids: Record<string, string> = {
        shopId,
        productId,
        conversationId,
        orderId,
        formId,
        platform: 'telegram',
        id: paymentId,
      }
      for (const endpoint of [
        'PUT /api/shops/:shopId',
        'POST /api/shops/:shopId/team',
        'POST /api/shops/:shopId/products',
        'PUT /api/shops/:shopId/products/:productId',
        'DELETE /api/shops/:shopId/products/:productId',
        'POST /api/shops/:shopId/forms',
        'PUT /api/shops/:shopId/forms/:formId',
        'DELETE /api/shops/:shopId/forms/:formId',
        'POST /api/shops/:shopId/integrations/:platform/connect',
        'POST /api/shops/:shopId/integrations/:platform/disconnect',
        'POST /api/shops/:shopId/payments/:id/refund',
      ])
        await refused(403, call(agent, endpoint, ids))
      live[Symbol.dispose]()
    })
  },
  platforms.settings,
)

/** A body that is good for each endpoint, so that nothing but the caller is wrong with the call. */
const bodies: Record<string, (ids: Record<string, string>) => unknown> = {
  'PUT /api/shops/:shopId': () => ({ name: 'Mine now' }),
  'POST /api/shops/:shopId/team': () => ({ email: 'eve@example.com' }),
  'POST /api/shops/:shopId/products': () => ({ name: 'Cup', retailPrice: 1 }),
  'PUT /api/shops/:shopId/products/:productId': () => ({ stock: 1 }),
  'PUT /api/shops/:shopId/conversations/:conversationId': () => ({ status: 'closed' }),
  'POST /api/shops/:shopId/conversations/:conversationId/messages': () => ({ text: 'Hello' }),
  'POST /api/shops/:shopId/orders': ({ productId }) => ({ customerName: 'Eve', items: [{ productId, quantity: 1 }] }),
  'PUT /api/shops/:shopId/orders/:orderId/status': () => ({ status: 'cancelled' }),
  'POST /api/shops/:shopId/forms': () => ({ name: 'F', fields: [{ name: 'a', type: 'text' }] }),
  'PUT /api/shops/:shopId/forms/:formId': () => ({ name: 'F' }),
  'POST /api/shops/:shopId/integrations/:platform/connect': () => ({ token: '111:good' }),
  'POST /api/shops/:shopId/payments/intent': ({ orderId }) => ({ orderId }),
  'POST /api/shops/:shopId/payments/confirm': ({ id }) => ({ paymentId: id }),
}

function call(person: Person, endpoint: string, ids: Record<string, string>): Promise<Answer> {
  const [method, template] = endpoint.split(' ') as [string, string]
  const path = template.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? unknownId)
  if (method === 'GET') return person.get(path)
  if (path.endsWith('/image')) {
    const form = new FormData()
    form.append('file', new Blob([onePixel]), 'mug.png')
    return person.post(path, form)
  }
  const verb = method.toLowerCase() as 'post' | 'put' | 'delete'
  return person[verb](path, verb === 'delete' ? undefined : (bodies[endpoint]?.(ids) ?? {}))
}

/** The browser goes to our start page, and from there to the platform's login with a state. */
async function setOut(browser: FrontEnd, url: string, authUrl: string): Promise<{ state: string; cookie: string }> {
  assert.ok(authUrl.startsWith(url), authUrl)
  const start = await browser.get(authUrl.slice(url.length))
  assert.equal(start.status, 302, start.text)
  const login = new URL(start.headers.get('location')!)
  assert.equal(login.searchParams.get('code_challenge_method'), 'S256')
  const [cookie = ''] = start.headers.getSetCookie()
  assert.match(cookie, /HttpOnly/i)
  return { state: login.searchParams.get('state')!, cookie: cookie.split(';')[0]! }
}

/** People read it: it comes as a page, and hands nothing to whoever opened the window. */
async function isRefusalPage(request: Promise<Answer>): Promise<void> {
  const { status, headers, text } = await request
  assert.equal(status, 400, text)
  assert.match(headers.get('content-type') ?? '', /^text\/html/)
  assert.doesNotMatch(text, /postMessage/)
}

const onePixel = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
)
