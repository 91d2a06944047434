import assert from 'node:assert/strict'
import { createClient } from '../client/src/index.ts'
import { listen, signUp } from './people.ts'

/** A day in a shop: a guest asks in the shop's chat and orders, the owner answers, is paid and sends it off. */
export async function shopDay(url: string): Promise<void> {
  using ana = await signUp(url, 'Ana')
  const { id: shopId } = await ana.api.createShop({ body: { name: 'Silva Ceramics', currency: 'EUR' } })
  const { api } = ana
  const mug = await api.createProduct({
    path: { shopId },
    body: { name: 'Blue mug', description: 'Stoneware, 300 ml', category: 'Mugs', retailPrice: 17.5, stock: 12 },
  })
  const form = await api.createForm({
    path: { shopId },
    body: {
      name: 'Made to order',
      fields: [
        { name: 'email', type: 'email', required: true },
        { name: 'colour', type: 'select', options: ['Blue', 'Green'] },
      ],
    },
  })
  console.log(`Ana opens ${shopId} and sells "${mug.name}" at ${mug.retailPrice} ${mug.currency}.`)

  // Guests need no account: the token of a conversation gives access to it, by HTTP and on the socket.
  const { conversation, visitorToken } = await createClient({ url }).beginVisit({
    path: { shopId },
    body: { customerName: 'Rui', text: 'Is the blue mug in stock?' },
  })
  const rui = createClient({ url, token: visitorToken })
  using browser = await listen(url, visitorToken)
  const question = await ana.receives<{ text: string; sender: string }>('message:new')
  console.log(`Ana's inbox rings: "${question.text}"`)

  const thread = { shopId, conversationId: conversation.id }
  await api.updateConversation({ path: thread, body: { assigneeId: ana.id, tags: ['mugs'] } })
  await api.sendConversationMessage({ path: thread, body: { text: 'Yes, twelve of them.' } })
  const answer = await browser.receives<{ text: string }>('message:new', ({ text }) => text.startsWith('Yes'))
  console.log(`Rui reads in his browser: "${answer.text}"`)

  // What it costs is the catalogue's to say: the browser sends products and quantities only.
  const placed = await rui.placePublicOrder({
    path: { shopId },
    body: { customerName: 'Rui Costa', email: 'rui@example.com', items: [{ productId: mug.id, quantity: 2 }] },
  })
  const news = await ana.receives<{ orderId: string }>('order:update')
  console.log(
    `Rui orders for ${placed.totalAmount} ${placed.currency}; Ana is notified of order #${news.orderId} immediately.`,
  )

  const intent = await api.createPaymentIntent({
    path: { shopId },
    body: { orderId: placed.id, provider: 'manual' },
  })
  const payment = await api.confirmPayment({ path: { shopId }, body: { paymentId: intent.id } })
  const path = { shopId, orderId: placed.id }
  await api.setOrderStatus({ path, body: { status: 'processing' } })
  await api.setOrderStatus({ path, body: { status: 'completed' } })
  console.log(`The transfer of ${payment.amount} ${payment.currency} arrives, and the mugs are on their way.`)

  await rui.submitForm({
    path: { shopId, formId: form.id },
    body: { values: { email: 'rui@example.com', colour: 'Green' } },
  })
  const { data: wishes } = await api.listFormSubmissions({ path: { shopId, formId: form.id } })
  await api.updateConversation({ path: thread, body: { status: 'closed' } })
  console.log(`Rui asks for one in ${String(wishes[0]?.values.colour).toLowerCase()}, and the conversation is closed.`)

  const order = await api.getOrder({ path })
  const closed = await api.getConversation({ path: thread })
  const { stock } = await api.getProduct({ path: { shopId, productId: mug.id } })
  const facts = {
    order: [order.status, order.paymentStatus, order.totalAmount, order.items[0]?.productName],
    orderOfTheConversation: order.conversationId,
    stock,
    conversation: [closed.status, closed.assigneeId, closed.tags],
    said: closed.messages.map(({ sender, text }) => `${sender}: ${text}`).sort(),
  }
  assert.deepEqual(facts, {
    order: ['completed', 'succeeded', 35, 'Blue mug'],
    orderOfTheConversation: conversation.id,
    stock: 10,
    conversation: ['closed', ana.id, ['mugs']],
    said: ['seller: Yes, twelve of them.', 'user: Is the blue mug in stock?'],
  })
}

if (import.meta.main) await shopDay(process.argv[2] ?? 'http://127.0.0.1:3001')
