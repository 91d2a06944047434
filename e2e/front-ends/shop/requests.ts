import assert from 'node:assert/strict'
import { aNumber, aText, anId, assertShape } from '../answers.ts'
import type { Read, ShopClient } from './api-client.ts'

const aList = (value: unknown) => Array.isArray(value)
const orNull = (value: unknown) => value === null || aNumber(value)

/** The parts of a shop without which one of its pages ends with an exception. */
const wholeShop = {
  id: anId,
  name: aText,
  ownerId: anId,
  currency: aText,
  team: aList,
  subscription: { plan: aText, status: aText, periodEndsAt: orNull },
  integrations: { facebook: { isConnected: false } },
  assistantConfig: { selectedModel: aText, systemPrompt: '', language: aText, tone: aText, responseDelay: 0 },
  knowledgeBase: { userDefined: aList },
  items: aList,
  forms: aList,
  formSubmissions: aList,
  liveConversations: aList,
  keywordReplies: aList,
  savedReplies: aList,
  persistentMenu: aList,
  customerEntryPoint: { type: 'chat' },
  paymentMethods: aList,
  onboarding: { checklistDismissed: false },
  orderManagementFlowConfig: { enabled: false },
  bookingFlowConfig: { enabled: false },
  offlineSaleConfig: { defaultFormId: null },
  onlineSaleConfig: { defaultFormId: null },
  receiptConfig: { receiptSize: aText },
  expenses: aList,
  todos: aList,
  calendarTasks: aList,
  operationWidgets: aList,
  paymentIntelligenceConfig: { enabled: false },
  quickNote: '',
}

async function reads(answer: Promise<Read>): Promise<Read['data']> {
  const { success, data, error, status } = await answer
  assert.ok(success, `${status}: ${error}`)
  return data
}

/** Signs up and in, and reads who is signed in. Returns the user. */
export async function signIn(client: ShopClient, email: string) {
  const made = await reads(
    client.request('POST', '/auth/register', {
      email,
      password: 'correct horse battery',
      username: email.split('@')[0],
    }),
  )
  assertShape(made, { token: aText, user: { id: anId, username: aText } })
  const login = await reads(client.request('POST', '/auth/login', { email, password: 'correct horse battery' }))
  assertShape(login, { token: aText, user: { id: made.user.id, isAdmin: false } })
  client.token = login.token
  assertShape(await reads(client.request('GET', '/auth/me')), { id: made.user.id, username: aText, isAdmin: false })
  assertShape(await client.byCookie('POST', '/auth/ensure-profile'), { status: 200 })
  assertShape(await reads(client.request('GET', '/auth/users')), [{ id: made.user.id, username: aText }])
  assertShape(await reads(client.request('GET', `/auth/users/${made.user.username}`)), { id: made.user.id })
  assertShape(await client.request('GET', '/auth/users/no.such.user'), { success: false, status: 404 })
  const avatarUrl = 'https://cdn.example.com/ana.png'
  assertShape(await reads(client.request('PUT', `/auth/users/${made.user.id}`, { avatarUrl })), { avatarUrl })
  const refused = await client.request('POST', '/auth/login', { email, password: 'wrong password' })
  assertShape(refused, { success: false, error: aText, status: 401 })
  return login.user as { id: string }
}

/** A visitor of the shop's page writes to it. Returns the id of the conversation. */
export type Visit = (shopId: string) => Promise<string>

/** Every function of the front-end's API client for a shop, as its pages use them. Returns what later steps need. */
export async function useShop(client: ShopClient, visit: Visit) {
  const created = await reads(
    client.request('POST', '/shops', {
      name: 'Silva Ceramics',
      currency: 'USD',
      team: [],
      items: [],
      subscription: { plan: 'Trial', status: 'trialing', trialEndsAt: Date.now(), periodEndsAt: null },
    }),
  )
  assertShape(created, wholeShop)
  const shop = `/shops/${created.id}`
  assertShape(await reads(client.request('GET', '/shops')), [{ id: created.id, name: 'Silva Ceramics' }])
  const loaded = await reads(client.request('GET', shop))
  assertShape(loaded, wholeShop)
  const saved = await reads(
    client.request('PUT', shop, { ...loaded, quickNote: 'clay', todos: [{ id: '1', text: 'x' }] }),
  )
  assertShape(saved, { ...wholeShop, quickNote: 'clay', todos: [{ id: '1', text: 'x' }] })

  const item = {
    itemType: 'product',
    name: 'Blue mug',
    description: 'Stoneware',
    facebookSubtitle: 'Holds 300 ml',
    retailPrice: 17.5,
    originalPrice: 6,
    stock: 10,
    imageUrl: '',
    warranty: 'One year',
    buttons: [],
    stockHistory: [],
  }
  const { stockHistory: _, ...shown } = item
  const product = await reads(client.request('POST', `${shop}/products`, { id: 'item_1', ...item }))
  assertShape(product, { id: anId, ...shown })
  const stocked = await reads(client.request('PUT', `${shop}/products/${product.id}`, { stock: 12 }))
  assertShape(stocked, { stock: 12, retailPrice: 17.5 })
  assertShape(await reads(client.request('GET', `${shop}/products`)), [
    {
      ...shown,
      stock: 12,
      stockHistory: [
        { change: 10, newStock: 10 },
        { change: 2, newStock: 12, timestamp: aNumber },
      ],
    },
  ])

  const fields = [
    { id: 'f1', type: 'Short Text', label: 'Full name', required: true },
    { id: 'f2', type: 'Item Selector', label: 'Product', required: true, itemIds: [product.id] },
    { id: 'f3', type: 'Payment Selector', label: 'Payment', required: false, paymentMethodIds: ['cod'] },
  ]
  const form = await reads(client.request('POST', `${shop}/forms`, { name: 'Order', fields }))
  assertShape(form, { id: anId, name: 'Order', fields })
  assertShape(await reads(client.request('PUT', `${shop}/forms/${form.id}`, { ...form, name: 'Order form' })), {
    name: 'Order form',
    fields,
  })
  assertShape(await reads(client.request('GET', `${shop}/forms`)), [{ id: form.id, fields }])

  const conversationId = await visit(created.id)
  const thread = `${shop}/conversations/${conversationId}`
  const conversation = { id: conversationId, customerName: 'Rui', lastMessageAt: aNumber, notes: '', isRead: false }
  assertShape(await reads(client.request('GET', `${shop}/conversations`)), [conversation])
  assertShape(await reads(client.request('GET', thread)), {
    ...conversation,
    messages: [{ sender: 'user', isNote: false }],
  })
  assertShape(await reads(client.request('PUT', thread, { isRead: true, tags: ['vip'], notes: 'Asks a lot' })), {
    isRead: true,
    tags: ['vip'],
    notes: 'Asks a lot',
  })
  const said = { sender: 'seller', senderId: loaded.ownerId, text: 'Yes.', isNote: false }
  assertShape(await reads(client.request('POST', `${thread}/messages`, said)), {
    id: conversationId,
    messages: [{ sender: 'user' }, { sender: 'seller', text: 'Yes.', timestamp: aNumber }],
  })
  return { shopId: created.id as string, shop, productId: product.id as string, formId: form.id as string }
}

/** Orders and payments. `order` places one as a customer does, and returns its id. */
export async function useOrders(client: ShopClient, shop: string, order: () => Promise<string>) {
  const orderId = await order()
  const placed = {
    submissionId: orderId,
    formName: aText,
    submittedAt: aNumber,
    status: 'Pending',
    orderedProducts: [{ productName: 'Blue mug', quantity: 2, unitPrice: 17.5 }],
  }
  assertShape(await reads(client.request('GET', `${shop}/orders`)), [placed])
  assertShape(await reads(client.request('GET', `${shop}/orders/${orderId}`)), placed)
  const status = `${shop}/orders/${orderId}/status`
  assertShape(await reads(client.request('PUT', status, { status: 'Confirmed' })), { status: 'Confirmed' })
  assertShape(await client.request('PUT', status, { status: 'Return' }), { success: false, error: aText, status: 400 })

  // Its card provider is not configured here, so this is by bank transfer.
  const intent = await reads(client.request('POST', `${shop}/payments/intent`, { orderId, amount: 35 }))
  assertShape(intent, { id: anId, amount: 35, status: 'pending' })
  assertShape(await reads(client.request('POST', `${shop}/payments/confirm`, { paymentIntentId: intent.id })), {
    status: 'succeeded',
  })

  const another = await order()
  const started = await client.byCookie('POST', '/payments/intent', {
    orderId: another,
    amount: 35,
    currency: 'USD',
    provider: 'manual',
  })
  assertShape(started, {
    status: 201,
    body: { paymentIntent: { id: anId, status: 'pending', amount: 35, currency: 'USD' } },
  })
  const { id } = started.body.paymentIntent as { id: string }
  assertShape(await client.byCookie('GET', `/payments/${id}`), { body: { paymentIntent: { status: 'pending' } } })
  assertShape(await client.byCookie('POST', `/payments/${id}/cancel`), {
    body: { paymentIntent: { status: 'canceled' } },
  })
  const next = await client.byCookie('POST', '/payments/intent', { orderId: another, amount: 35, provider: 'manual' })
  const { id: paidId } = next.body.paymentIntent as { id: string }
  const confirm = { paymentIntentId: paidId, paymentMethodId: 'pm_1', provider: 'manual' }
  assertShape(await client.byCookie('POST', '/payments/confirm', confirm), {
    status: 200,
    body: { paymentIntent: { status: 'succeeded' } },
  })
  assertShape(await client.byCookie('POST', `/payments/${paidId}/refund`, { amount: 5, reason: 'Broken' }), {
    status: 200,
    body: { paymentIntent: { status: 'partially_refunded' } },
  })
}

/** Platforms, plan, deletion and logout. */
export async function leaveShop(client: ShopClient, shop: string, productId: string) {
  const connect = await client.request('POST', `${shop}/integrations/telegram/connect`, { code: 'AQB' })
  assertShape(connect, { success: false, error: aText, status: 400 })
  await reads(client.request('POST', `${shop}/integrations/telegram/disconnect`))
  const plan = { subscription_plan: 'plan_starter', subscription_status: 'active' }
  assertShape(await reads(client.request('POST', `${shop}/upgrade`, plan)), {
    subscription: { plan: 'Trial', status: 'pending_approval', pendingPlan: 'plan_starter' },
  })
  const push = {
    endpoint: 'https://push.example.com/send/1',
    expirationTime: null,
    keys: {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
  }
  assertShape(await client.byCookie('POST', '/notifications/subscribe', push), { status: 201 })
  assertShape(await client.byCookie('POST', '/notifications/unsubscribe'), { status: 200, body: { success: true } })
  await reads(client.request('DELETE', `${shop}/products/${productId}`))
  await reads(client.request('DELETE', shop))
  assertShape(await client.request('GET', shop), { success: false, status: 404 })
  await reads(client.request('POST', '/auth/logout'))
  assertShape(await client.request('GET', '/auth/me'), { success: false, status: 401 })
}
