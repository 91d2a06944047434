import assert from 'node:assert/strict'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { FrontEnd } from '../front-end.ts'
import { openFrontEnd } from '../front-end.ts'
import type { Shop } from './fixture.ts'

/** A visitor who writes to the shop from its web page. */
export interface Visit {
  rui: FrontEnd
  conversationId: string
}

export async function checkVisit(
  { visitor, url, notes, agent, live, id: shopId, path: shop }: Shop,
  productId: string,
): Promise<Visit> {
  const front = `/api/public/shops/${shopId}`
  const offered = await answered(200, visitor.get(`${front}/products`))
  assertShape(offered, { data: [{ id: productId, retailPrice: 17.5, inStock: true }], nextCursor: null })
  await refused(404, visitor.get(`/api/public/shops/${unknownId}/products`))

  const begun = await answered(201, visitor.post(`${front}/conversations`, { customerName: 'Rui' }))
  assertShape(begun, { conversation: { id: anId, customerName: 'Rui' }, visitorToken: aText })
  await refused(400, visitor.post(`${front}/conversations`, { customerName: 5 }), 'body.customerName')
  const conversationId: string = begun.conversation.id
  const rui = openFrontEnd(url, notes, begun.visitorToken)
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
  assert.equal(delivered.data.senderId, undefined, 'A visitor does not see which member wrote.')
  await refused(400, agent.post(`${mine}/messages`, {}), 'body.text')
  await refused(400, agent.post(`${mine}/messages`, { text: ['Yes'] }), 'body.text')
  await refused(404, agent.post(`${shop}/conversations/${unknownId}/messages`, { text: 'Hello?' }))
  const attachment = { url: '/menu.pdf', type: 'file', name: 'menu.pdf' }
  assertShape(await answered(201, agent.post(`${mine}/messages`, { text: '', attachment })), { attachment })
  assertShape(await answered(200, rui.get(thread)), { data: (list) => (list as unknown[]).length === 3 })
  return { rui, conversationId }
}

export async function checkConversations(
  { ana, agent, bob, live, id: shopId, path: shop }: Shop,
  { conversationId }: Visit,
): Promise<void> {
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
}
