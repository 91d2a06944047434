import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSocket } from '../../../test/sockets.ts'
import { sharedTestServer } from '../../../test/server.ts'

const server = await sharedTestServer()

async function openShop() {
  const owner = await server.signUp()
  const made = await owner.post('/compat/shop/api/shops', { name: 'Silva', currency: 'EUR', team: [], items: [] })
  assert.equal(made.status, 201, made.text)
  const { id } = made.body.data
  return { owner, id, at: `/compat/shop/api/shops/${id}`, api: `/api/shops/${id}`, made }
}

test('a new shop is a whole document, with every list that its pages read', async () => {
  const { made, at, owner } = await openShop()
  assert.equal(made.headers.get('x-ignored-fields'), 'body.team, body.items')
  const { body } = await owner.get(at)
  assert.equal(body.success, true)
  const lists = ['items', 'forms', 'formSubmissions', 'liveConversations', 'keywordReplies', 'savedReplies']
  for (const part of [...lists, 'persistentMenu', 'paymentMethods', 'expenses', 'todos', 'calendarTasks']) {
    assert.deepEqual(body.data[part], [], part)
  }
  assert.deepEqual(body.data.knowledgeBase, { userDefined: [], productData: '' })
  assert.deepEqual(body.data.team, [{ userId: owner.userId, role: 'Owner', addedAt: body.data.team[0].addedAt }])
  assert.equal(body.data.subscription.plan, 'Trial')
  assert.equal(body.data.ownerId, owner.userId)
})

test('the settings that come with a new shop are stored', async () => {
  const owner = await server.signUp()
  const assistantConfig = { selectedModel: 'FAST', systemPrompt: 'Be kind.' }
  const made = await owner.post('/compat/shop/api/shops', { name: 'Silva', quickNote: 'clay', assistantConfig })
  assert.equal(made.status, 201, made.text)
  assert.deepEqual([made.body.data.quickNote, made.body.data.assistantConfig], ['clay', assistantConfig])
  const { body } = await owner.get(`/compat/shop/api/shops/${made.body.data.id}`)
  assert.deepEqual(body.data.assistantConfig, assistantConfig)
})

test('saving the whole document stores what only the front-end reads, and nothing that has requests of its own', async () => {
  const { owner, at } = await openShop()
  const { data: loaded } = (await owner.get(at)).body
  const unchanged = await owner.put(at, loaded)
  assert.equal(unchanged.status, 200, unchanged.text)
  assert.deepEqual(unchanged.body.data, loaded, 'nothing changes')
  const saved = await owner.put(at, {
    ...loaded,
    name: 'Silva & Filhos',
    quickNote: 'clay',
    todos: [{ id: '1', text: 'glaze' }],
    items: [{ id: 'item_1', name: 'Mug' }],
    team: [{ userId: owner.userId, role: 'Support Agent' }],
    subscription: { plan: 'plan_pro', status: 'active' },
  })
  assert.equal(saved.status, 200, saved.text)
  const { data } = saved.body
  assert.deepEqual([data.name, data.quickNote, data.todos], ['Silva & Filhos', 'clay', [{ id: '1', text: 'glaze' }]])
  assert.deepEqual([data.items, data.team[0].role, data.subscription.plan], [[], 'Owner', 'Trial'])
  for (const field of ['body.items', 'body.team', 'body.subscription'])
    assert.match(saved.headers.get('x-ignored-fields') ?? '', new RegExp(`${field}(,|$)`))
  const { id, team } = data
  assert.equal(
    (await owner.put(at, { team })).status,
    400,
    'a change of the team alone does not look as if it were saved',
  )
  assert.equal((await owner.get(at)).body.data.id, id)
})

test('a member without the right to change settings saves an unchanged document, and no changed one', async () => {
  const { owner, at } = await openShop()
  const agent = await server.addMember(owner, 'agent')
  const { data } = (await agent.get(at)).body
  assert.equal((await agent.put(at, data)).status, 200)
  assert.equal((await agent.put(at, { ...data, quickNote: 'mine' })).status, 403)
  assert.equal((await agent.put(at, { ...data, name: 'Mine' })).status, 403)
  const operations = await server.addMember(owner, 'operations')
  const seen = (await operations.get(at)).body.data
  assert.deepEqual([seen.liveConversations, seen.formSubmissions], [[], []], 'no content for this role')
  assert.equal((await (await server.signUp()).get(at)).status, 404)
})

test('labels, notes and read marks of the inbox are saved with the document only where they were changed', async () => {
  const { owner, at, api } = await openShop()
  const visit = await server.anyone.post(`/api/public${api.slice(4)}/conversations`, {
    customerName: 'Rui',
    text: 'Hi',
  })
  const { data: loaded } = (await owner.get(at)).body
  const [conversation] = loaded.liveConversations
  assert.deepEqual([conversation.id, conversation.isRead], [visit.body.conversation.id, false])
  await owner.put(`${api}/conversations/${conversation.id}`, { tags: ['vip'] })
  await owner.put(at, { ...loaded, quickNote: 'not about him' })
  assert.deepEqual((await owner.get(`${api}/conversations/${conversation.id}`)).body.tags, ['vip'], 'not undone')
  const edited = { ...conversation, notes: 'Wants 200', isRead: true }
  const { data } = (await owner.put(at, { ...loaded, liveConversations: [edited] })).body
  const [after] = data.liveConversations
  assert.deepEqual([after.tags, after.notes, after.isRead], [['vip'], 'Wants 200', true])
})

test('products, forms, orders and conversations have the names of its pages', async () => {
  const { owner, at, api } = await openShop()
  const sent = {
    id: 'item_1',
    itemType: 'service',
    name: 'Course',
    description: '',
    facebookSubtitle: 'One hour',
    retailPrice: 40,
    originalPrice: 10,
    stock: 5,
    imageUrl: '',
    duration: 60,
    location: 'Porto',
    buttons: [],
    stockHistory: [],
  }
  const made = await owner.post(`${at}/products`, sent)
  assert.equal(made.status, 201, made.text)
  assert.equal(made.headers.get('x-ignored-fields'), null)
  for (const [field, value] of Object.entries(sent)) {
    if (field !== 'id' && field !== 'stockHistory') assert.deepEqual(made.body.data[field], value, field)
  }
  const productId = made.body.data.id
  const history = [{ timestamp: 1, change: 2, newStock: 7, reason: 'New Availability Opened' }]
  await owner.put(`${at}/products/${productId}`, { ...sent, stock: 7, stockHistory: history })
  const { data: items } = (await owner.get(`${at}/products`)).body
  assert.deepEqual(
    items[0].stockHistory.map(({ change, newStock, reason }: Record<string, unknown>) => [change, newStock, reason]),
    [
      [5, 5, 'First stock'],
      [2, 7, 'New Availability Opened'],
    ],
  )

  const fields = [
    { id: 'name', type: 'Short Text', label: 'Full name', required: true, placeholder: 'Rui' },
    { id: '1699', type: 'Item Selector', label: 'What', required: true, itemIds: [productId] },
    { id: 'pay', type: 'Payment Selector', label: 'How', required: false, paymentMethodIds: ['cash'] },
    { id: 'size', type: 'Dropdown', label: 'Size', required: false, options: ['S', 'L'] },
    { id: 'extras', type: 'Checkbox', label: 'Extras', required: false, options: ['Gift'] },
    { id: 'empty', type: 'Multiple Choice', label: 'Later', required: false, options: [] },
  ]
  const form = await owner.post(`${at}/forms`, { name: 'Book', fields })
  assert.equal(form.status, 201, form.text)
  for (const [i, field] of fields.entries()) {
    for (const [name, value] of Object.entries(field)) assert.deepEqual(form.body.data.fields[i][name], value, name)
  }
  const renamed = await owner.put(`${at}/forms/${form.body.data.id}`, form.body.data)
  assert.deepEqual(renamed.body.data.fields, form.body.data.fields, 'what was loaded can be saved')

  const { body: order } = await owner.post(`${api}/orders`, {
    customerName: 'Rui Costa',
    formId: form.body.data.id,
    items: [{ productId, quantity: 2 }],
  })
  const { data: orders } = (await owner.get(`${at}/orders`)).body
  assert.deepEqual(
    [orders[0].submissionId, orders[0].formName, orders[0].status, typeof orders[0].submittedAt],
    [order.id, 'Book', 'Pending', 'number'],
  )
  assert.deepEqual(orders[0].orderedProducts, [{ productId, productName: 'Course', quantity: 2, unitPrice: 40 }])
  assert.equal(
    Object.keys(orders[0]).find((key) => key.toLowerCase().includes('name')),
    'Full Name',
  )
  const status = `${at}/orders/${order.id}/status`
  assert.equal((await owner.put(status, { status: 'Return' })).status, 400)
  assert.equal((await owner.put(status, { status: 'Completed' })).body.data.status, 'Completed')
  assert.equal((await owner.put(status, { status: 'Pending' })).status, 409)

  const visit = await server.anyone.post(`/api/public${api.slice(4)}/conversations`, {
    customerName: 'Rui',
    text: 'Hi',
  })
  const thread = `${at}/conversations/${visit.body.conversation.id}`
  const note = { id: 'msg_1', sender: 'seller', senderId: owner.userId, text: 'A note', isNote: true, timestamp: 1 }
  const noted = await owner.post(`${thread}/messages`, note)
  assert.equal(noted.status, 201, noted.text)
  assert.deepEqual(
    noted.body.data.messages.map(({ text, isNote }: Record<string, unknown>) => [text, isNote]),
    [
      ['Hi', false],
      ['A note', true],
    ],
  )
  assert.equal((await owner.post(`${thread}/messages`, { ...note, id: 'm2', sender: 'user' })).status, 400)
  const changed = await owner.put(thread, { isRead: true, tags: ['vip'] })
  assert.deepEqual(
    [changed.body.data.isRead, changed.body.data.tags, typeof changed.body.data.lastMessageAt],
    [true, ['vip'], 'number'],
  )
})

test('a payment is found in the current workspace; a plan is chosen and is not active before it is paid', async () => {
  const { owner, at, api } = await openShop()
  const { body: product } = await owner.post(`${api}/products`, { name: 'Mug', retailPrice: 10, stock: 5 })
  const { body: order } = await owner.post(`${api}/orders`, {
    customerName: 'Rui',
    items: [{ productId: product.id, quantity: 1 }],
  })
  const payments = '/compat/shop/api/payments'
  const asked = { orderId: order.id, amount: 1, currency: 'USD', provider: 'manual' }
  const started = await owner.post(`${payments}/intent`, asked)
  assert.deepEqual([started.body.paymentIntent.amount, started.body.paymentIntent.currency], [10, 'EUR'])
  assert.equal(started.headers.get('x-ignored-fields'), 'body.amount, body.currency')
  const { id } = started.body.paymentIntent
  assert.equal((await owner.post(`${payments}/${id}/cancel`)).body.paymentIntent.status, 'canceled')
  const { id: second } = (await owner.post(`${payments}/intent`, asked)).body.paymentIntent
  const confirm = { paymentIntentId: second, paymentMethodId: 'pm_1', provider: 'manual' }
  assert.equal((await owner.post(`${payments}/confirm`, confirm)).body.paymentIntent.status, 'succeeded')
  assert.equal((await owner.get(`${payments}/${second}`)).body.paymentIntent.status, 'succeeded')
  assert.equal(
    (await owner.post(`${payments}/${second}/refund`, { amount: 4 })).body.paymentIntent.status,
    'partially_refunded',
  )
  assert.equal((await (await server.signUp()).get(`${payments}/${second}`)).status, 404)

  const upgraded = await owner.post(`${at}/upgrade`, {
    subscription_plan: 'plan_starter',
    subscription_status: 'active',
  })
  const { plan, status, pendingPlan } = upgraded.body.data.subscription
  assert.deepEqual([plan, status, pendingPlan], ['Trial', 'pending_approval', 'plan_starter'])
  assert.equal(upgraded.headers.get('x-ignored-fields'), 'body.subscription_status')
  assert.equal((await owner.post(`${at}/upgrade`, { subscription_plan: 'gold' })).status, 400)
})

test('the frames of its socket have the fields of its pages', async () => {
  const { owner, at, api, id } = await openShop()
  const socket = await openSocket(`${server.url.replace('http', 'ws')}/compat/shop/ws`, { token: owner.token })
  const say = (event: string, data: object) => socket.send(event, { ...data })
  say('shop:join', { shopId: id })
  await socket.next('shop:joined')
  say('shop:leave', { shopId: id })
  await socket.next('shop:left')
  const visit = await server.anyone.post(`/api/public${api.slice(4)}/conversations`, {
    customerName: 'Rui',
    text: 'Hi',
  })
  const { data: message } = await socket.next('message:new')
  assert.deepEqual([message.text, message.isNote], ['Hi', false])
  await owner.put(`${at}/conversations/${visit.body.conversation.id}`, { isRead: true, status: 'pending' })
  const { data: conversation } = await socket.next(({ event, data }) => event === 'conversation:update' && data.isRead)
  assert.deepEqual([conversation.notes, typeof conversation.lastMessageAt], ['', 'number'])
  const { body: product } = await owner.post(`${api}/products`, { name: 'Mug', retailPrice: 10, stock: 5 })
  const items = [{ productId: product.id, quantity: 1 }]
  const { body: order } = await owner.post(`${api}/orders`, { customerName: 'Rui', items })
  const { data: placed } = await socket.next('order:update')
  assert.deepEqual([placed.submissionId, placed.status, placed.orderedProducts.length], [order.id, 'Pending', 1])
})
