import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openSocket } from '../../../test/sockets.ts'
import { sharedTestServer, startTestServer } from '../../../test/server.ts'
import { checkValues } from './forms/fields.ts'
import { FormField, fieldTypes } from './forms/schema.ts'

const server = await sharedTestServer()
const address = `${server.url.replace('http', 'ws')}/ws`

async function openShop() {
  const ana = await server.signUp()
  await ana.post('/api/shops', { name: 'Silva Ceramics', currency: 'EUR' })
  return { ana, shop: `/api/shops/${ana.workspaceId}`, front: `/api/public/shops/${ana.workspaceId}` }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function visit(front: string, body: object = { customerName: 'Rui', text: 'Is the mug in stock?' }) {
  const answer = await server.anyone.post(`${front}/conversations`, body)
  assert.equal(answer.status, 201, answer.text)
  const { conversation, visitorToken } = answer.body
  return {
    conversation,
    token: visitorToken as string,
    messages: `${front}/conversations/${conversation.id}/messages`,
    with: bearer(visitorToken),
  }
}

const texts = (messages: { sender: string; text: string }[]) => messages.map(({ sender, text }) => `${sender}: ${text}`)

test('a visitor writes, the team replies, and both read the same conversation', async () => {
  const { ana, shop, front } = await openShop()
  const rui = await visit(front)
  assert.deepEqual(texts(rui.conversation.messages), ['user: Is the mug in stock?'])
  const { body: inbox } = await ana.get(`${shop}/conversations`)
  const [seen] = inbox.data
  assert.deepEqual(
    [seen.id, seen.customerName, seen.channel, seen.status, seen.unreadCount, seen.isAiActive],
    [rui.conversation.id, 'Rui', 'web', 'open', 1, false],
  )
  const before = Date.now()
  const reply = await ana.post(`${shop}/conversations/${seen.id}/messages`, { text: 'It is.', sender: 'user' })
  assert.deepEqual([reply.status, reply.body.sender, reply.body.senderId], [201, 'seller', ana.userId])
  assert.ok(Math.abs(reply.body.timestamp - before) < 60_000)
  await server.anyone.post(rui.messages, { text: 'Great!', clientId: 'c1' }, rui.with)
  await server.anyone.post(rui.messages, { text: 'Great!', clientId: 'c1' }, rui.with)
  const theirs = await server.anyone.get(rui.messages, rui.with)
  assert.deepEqual(texts(theirs.body.data), ['user: Great!', 'seller: It is.', 'user: Is the mug in stock?'])
  assert.ok(theirs.body.data.every((message: object) => !('senderId' in message)))
  const ours = await ana.get(`${shop}/conversations/${seen.id}`)
  assert.deepEqual(texts(ours.body.messages), texts(theirs.body.data.toReversed()))
})

test('a conversation can be assigned, tagged, annotated, given to the assistant, marked as read and closed', async () => {
  const { ana, shop, front } = await openShop()
  const ben = await server.addMember(ana, 'agent')
  const conversation = `${shop}/conversations/${(await visit(front)).conversation.id}`
  const { body } = await ben.put(conversation, {
    assigneeId: ben.userId,
    tags: ['wholesale'],
    notes: 'Wants 200',
    isAiActive: true,
    status: 'pending',
  })
  assert.deepEqual(
    [body.assigneeId, body.tags, body.notes, body.isAiActive, body.status],
    [ben.userId, ['wholesale'], 'Wants 200', true, 'pending'],
  )
  const outsider = await server.signUp()
  assert.equal((await ben.put(conversation, { assigneeId: outsider.userId })).status, 404)
  assert.equal((await ben.put(conversation, { status: 'lost' })).body.details[0].path, 'body.status')
  assert.equal((await ben.post(`${conversation}/read`)).body.unreadCount, 0)
  assert.equal((await ben.put(conversation, { assigneeId: null, status: 'closed' })).body.assigneeId, null)
  assert.equal((await ben.get(`${shop}/conversations?status=closed&messages=0`)).body.data[0].messages.length, 0)
  assert.equal((await ben.post(`${conversation}/messages`, { text: '' })).body.details[0].path, 'body.text')
})

test('an internal note is visible to the team, is not counted as a message, and never reaches the customer', async () => {
  const { ana, shop, front } = await openShop()
  const rui = await visit(front)
  const conversation = `${shop}/conversations/${rui.conversation.id}`
  const before = (await ana.get(conversation)).body
  const socket = await openSocket(`${address}?token=${rui.token}`)
  const { status, body: note } = await ana.post(`${conversation}/messages`, { text: 'Offer him 10 %.', internal: true })
  assert.deepEqual([status, note.internal, note.senderId], [201, true, ana.userId])
  const { body: reply } = await ana.post(`${conversation}/messages`, { text: 'It is.' })
  assert.equal(reply.internal, false)
  const first = await socket.next(({ event }) => event === 'message:new')
  assert.equal(first.data.text, 'It is.')

  const all = await ana.get(`${conversation}/messages`)
  assert.deepEqual(texts(all.body.data), ['seller: It is.', 'seller: Offer him 10 %.', 'user: Is the mug in stock?'])
  const notes = await ana.get(`${conversation}/messages?internal=true`)
  assert.deepEqual(texts(notes.body.data), ['seller: Offer him 10 %.'])
  const after = (await ana.get(conversation)).body
  assert.deepEqual([before.unreadCount, after.messageCount], [1, before.messageCount + 1])
  assert.deepEqual(texts(after.messages), ['user: Is the mug in stock?', 'seller: It is.'])
  const theirs = await server.anyone.get(rui.messages, rui.with)
  assert.deepEqual(texts(theirs.body.data), ['seller: It is.', 'user: Is the mug in stock?'])
  assert.ok(theirs.body.data.every((message: object) => !('internal' in message)))
})

test('a customer who sends the clientId of a note or of a team message receives neither', async () => {
  const { ana, shop, front } = await openShop()
  const rui = await visit(front)
  const conversation = `${shop}/conversations/${rui.conversation.id}`
  await ana.post(`${conversation}/messages`, { text: 'Offer him 10 %.', internal: true, clientId: '1' })
  await ana.post(`${conversation}/messages`, { text: 'It is.', clientId: '2' })
  for (const clientId of ['1', '2']) {
    const answer = await server.anyone.post(rui.messages, { text: 'Hello?', clientId }, rui.with)
    assert.deepEqual([answer.status, answer.body.code], [409, 'client_id_used'])
    assert.doesNotMatch(answer.text, /Offer|It is/)
  }
  const send = () => server.anyone.post(rui.messages, { text: 'Hello?', clientId: '3' }, rui.with)
  assert.equal((await send()).body.id, (await send()).body.id)
  const taken = await ana.post(`${conversation}/messages`, { text: 'Yes?', clientId: '3' })
  assert.deepEqual([taken.status, taken.body.code], [409, 'client_id_used'])
})

test('the inbox filters by me and by unassigned, and reports when no assistant can reply', async () => {
  const { ana, shop, front } = await openShop()
  const [mine, free] = [await visit(front), await visit(front)]
  await ana.put(`${shop}/conversations/${mine.conversation.id}`, { assigneeId: ana.userId })
  const ids = async (filter: string) =>
    (await ana.get(`${shop}/conversations?${filter}`)).body.data.map(({ id }: { id: string }) => id)
  assert.deepEqual(await ids('assigneeId=me'), [mine.conversation.id])
  assert.deepEqual(await ids('assigneeId=none'), [free.conversation.id])
  assert.deepEqual(await ids('q=mug&assigneeId=none'), [free.conversation.id])
  const { body } = await ana.put(`${shop}/conversations/${free.conversation.id}`, { isAiActive: true })
  assert.match(body.aiUnavailableReason, /no assistant yet/)
  const { body: off } = await ana.put(`${shop}/conversations/${free.conversation.id}`, { isAiActive: false })
  assert.equal(off.aiUnavailableReason, null)
})

test('a conversation contains its newest 50 messages, and older ones are paged', async () => {
  const { ana, shop, front } = await openShop()
  const rui = await visit(front, {})
  for (let n = 1; n <= 53; n++) await server.anyone.post(rui.messages, { text: `${n}` }, rui.with)
  const conversation = `${shop}/conversations/${rui.conversation.id}`
  const { body } = await ana.get(conversation)
  assert.deepEqual([body.messages.length, body.messages[0].text, body.messages.at(-1).text], [50, '4', '53'])
  const first = await ana.get(`${conversation}/messages`)
  const second = await ana.get(`${conversation}/messages?cursor=${first.body.nextCursor}`)
  assert.deepEqual(
    second.body.data.map(({ text }: { text: string }) => text),
    ['3', '2', '1'],
  )
  assert.equal(second.body.nextCursor, null)
})

test('a visitor receives the reply live, and nothing else', async () => {
  const { ana, shop, front } = await openShop()
  const [rui, eve] = [await visit(front), await visit(front, { customerName: 'Eve' })]
  await server.allDelivered()
  const [his, hers, team] = [
    await openSocket(`${address}?token=${rui.token}`),
    await openSocket(address, { token: eve.token }),
    await openSocket(address, { token: ana.token }),
  ]
  const { body } = await ana.post(`${shop}/conversations/${rui.conversation.id}/messages`, { text: 'It is.' })
  const received = await his.next(({ data }) => data.text === 'It is.')
  assert.deepEqual(received.data, {
    id: body.id,
    conversationId: rui.conversation.id,
    sender: 'seller',
    text: 'It is.',
    attachment: null,
    clientId: null,
    timestamp: body.timestamp,
  })
  assert.equal((await team.next(({ data }) => data.text === 'It is.')).data.senderId, ana.userId)
  // Events for the team only: notes, other conversations, orders. Then one for each socket, to know that all have arrived.
  await ana.put(`${shop}/conversations/${rui.conversation.id}`, { notes: 'a secret' })
  await team.next(({ event, data }) => event === 'conversation:update' && data.notes === 'a secret')
  await ana.post(`${shop}/conversations/${eve.conversation.id}/messages`, { text: 'Hello Eve' })
  await ana.post(`${shop}/conversations/${rui.conversation.id}/messages`, { text: 'Bye' })
  await hers.next(({ data }) => data.text === 'Hello Eve')
  await his.next(({ data }) => data.text === 'Bye')
  assert.deepEqual(
    his.frames.map(({ event, data }) => [event, data.text]),
    [
      ['message:new', 'It is.'],
      ['message:new', 'Bye'],
    ],
  )
  assert.deepEqual(
    hers.frames.map(({ data }) => data.text),
    ['Hello Eve'],
  )
})

test('a visitor cannot send commands, and receives missed frames after a reconnect', async () => {
  const { ana, shop, front } = await openShop()
  const rui = await visit(front)
  await server.allDelivered()
  const socket = await openSocket(address, { headers: bearer(rui.token) })
  for (const event of ['shop:join', 'campaign:watch', 'chat:join', 'presence']) {
    socket.send(event, { shopId: ana.workspaceId, workspace_id: ana.workspaceId })
    assert.equal(
      (await socket.next(({ event: name, data }) => name === 'error' && data.event === event)).data.code,
      'unknown_event',
    )
  }
  socket.send('resume')
  const { id } = await socket.next('resumed')
  socket.drop()
  await ana.post(`${shop}/conversations/${rui.conversation.id}/messages`, { text: 'While you were away' })
  const back = await openSocket(`${address}?token=${rui.token}&after=${id}`)
  assert.equal((await back.next('message:new')).data.text, 'While you were away')
  for (const bad of [`${rui.token}x`, 'sbv_x']) {
    assert.equal(await (await openSocket(`${address}?token=${bad}`)).closed, 4401)
  }
})

test('a visitor token gives access to one conversation only: no other conversation, contact, order or shop', async () => {
  const { ana, shop, front } = await openShop()
  const other = await openShop()
  const rui = await visit(front)
  const eve = await visit(front, { customerName: 'Eve', text: 'marker-of-eve' })
  const foreign = await visit(other.front, { text: 'marker-of-another-shop' })
  const refused = async (path: string, headers: Record<string, string>, statuses: number[]) => {
    for (const answer of [
      await server.anyone.get(path, headers),
      await server.anyone.post(path, { text: 'x' }, headers),
    ]) {
      assert.ok(statuses.includes(answer.status), `${path}: ${answer.status} ${answer.text}`)
      assert.doesNotMatch(answer.text, /marker/)
    }
  }
  await refused(eve.messages, rui.with, [404])
  await refused(foreign.messages, rui.with, [404])
  // Their own conversation, under the path of another shop.
  await refused(rui.messages.replace(ana.workspaceId, other.ana.workspaceId), rui.with, [404])
  await refused(rui.messages, {}, [401])
  await refused(rui.messages, bearer(ana.token), [401])
  for (const path of ['conversations', 'orders', 'products', 'forms', `conversations/${rui.conversation.id}`]) {
    assert.equal((await server.anyone.get(`${shop}/${path}`, rui.with)).status, 401, path)
    assert.equal((await server.anyone.get(`${shop}/${path}`)).status, 401, path)
  }
  for (const path of ['/api/contacts', `/api/contacts/${ana.userId}/timeline`, '/api/auth/me']) {
    assert.equal((await server.anyone.get(path, rui.with)).status, 401, path)
  }
  assert.equal((await server.anyone.get(`${front}/conversations`, rui.with)).status, 404)
  assert.equal((await server.anyone.get(`${front}/orders`, rui.with)).status, 404)
  const stolen = await server.anyone.post(
    `${other.front}/orders`,
    { customerName: 'Rui', items: [{ productId: ana.userId, quantity: 1 }] },
    rui.with,
  )
  assert.equal(stolen.status, 404)
})

test('the public catalogue hides stock counts, archived products and products of other shops', async () => {
  const { ana, shop, front } = await openShop()
  const other = await openShop()
  await other.ana.post(`${other.shop}/products`, { name: 'Theirs', retailPrice: 1 })
  await ana.post(`${shop}/products`, { name: 'Blue mug', retailPrice: 17.5, stock: 3 })
  await ana.post(`${shop}/products`, { name: 'Bowl', retailPrice: 20 })
  const { body } = await server.anyone.get(`${front}/products`)
  assert.deepEqual(
    body.data.map(({ name, retailPrice, inStock }: Record<string, unknown>) => [name, retailPrice, inStock]),
    [
      ['Bowl', 20, false],
      ['Blue mug', 17.5, true],
    ],
  )
  assert.ok(body.data.every((product: object) => !('stock' in product)))
})

test('the public routes respond with the same 404 for a workspace without a shop, an unknown and a deleted one', async () => {
  const plain = await server.signUp()
  const { ana, front } = await openShop()
  const rui = await visit(front)
  await ana.delete(`/api/workspaces/${ana.workspaceId}`)
  for (const id of [plain.workspaceId, '0199ffff-ffff-7fff-bfff-ffffffffffff', ana.workspaceId]) {
    const answers = [
      await server.anyone.get(`/api/public/shops/${id}/products`),
      await server.anyone.post(`/api/public/shops/${id}/conversations`, { customerName: 'Rui' }),
      await server.anyone.post(`/api/public/shops/${id}/orders`, {
        customerName: 'Rui',
        items: [{ productId: id, quantity: 1 }],
      }),
    ]
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body.error]),
      Array.from({ length: 3 }, () => [404, 'There is no such shop.']),
    )
  }
  assert.equal((await server.anyone.get(rui.messages, rui.with)).status, 404)
})

test('a public order belongs to the contact with the given address or number, or to the conversation of the visitor token', async () => {
  const { ana, shop, front } = await openShop()
  const { body: mug } = await ana.post(`${shop}/products`, { name: 'Blue mug', retailPrice: 17.5, stock: 9 })
  const { body: known } = await ana.post('/api/contacts', {
    first_name: 'Rui',
    last_name: 'Costa',
    phone_number: '+15551230001',
    email: 'rui@example.com',
  })
  const items = [{ productId: mug.id, quantity: 1 }]
  const order = (body: object, headers = {}) =>
    server.anyone.post(`${front}/orders`, { customerName: 'Rui Costa', items, ...body }, headers)
  const byMail = await order({ email: 'Rui@Example.com', customerId: ana.userId, totalAmount: 0 })
  assert.equal(byMail.status, 201, byMail.text)
  assert.deepEqual(Object.keys(byMail.body).toSorted(), [
    'currency',
    'id',
    'items',
    'orderId',
    'orderToken',
    'paymentStatus',
    'reservedUntil',
    'status',
    'submittedAt',
    'totalAmount',
  ])
  assert.equal((await ana.get(`${shop}/orders/${byMail.body.id}`)).body.customerId, known.id)
  const rui = await visit(front)
  const inThread = await order({}, rui.with)
  const { body: seen } = await ana.get(`${shop}/orders/${inThread.body.orderId}`)
  assert.equal(seen.conversationId, rui.conversation.id)
  assert.equal(seen.customerId, (await ana.get(`${shop}/conversations/${rui.conversation.id}`)).body.customerId)
  assert.equal((await ana.get(`${shop}/orders/${(await order({})).body.id}`)).body.customerId, null)
  assert.equal((await order({ phone: 'not a number' })).body.details[0].path, 'body.phone')
  const atOnce = await Promise.all(
    Array.from({ length: 4 }, () => order({ phone: '+1 555 123 0009', email: 'new@example.com' })),
  )
  const orders = await Promise.all(atOnce.map(({ body }) => ana.get(`${shop}/orders/${body.id}`)))
  assert.equal(new Set(orders.map(({ body }) => body.customerId)).size, 1, 'met once')
})

const enquiry = {
  name: 'Wholesale enquiry',
  fields: [
    { name: 'full_name', type: 'text', required: true },
    { name: 'email', type: 'email', required: true },
    { name: 'phone', type: 'phone' },
    { name: 'quantity', type: 'number' },
    { name: 'finish', type: 'select', options: ['matt', 'gloss'] },
    { name: 'terms', type: 'checkbox', required: true },
    { name: 'needed', type: 'date' },
  ],
}
const filledIn = {
  full_name: 'Rui Costa',
  email: 'rui@example.com',
  quantity: '200',
  finish: 'matt',
  terms: 'on',
  needed: '2027-05-01',
}

test('a form is created, submitted anonymously, read by the team and deleted', async () => {
  const { ana, shop, front } = await openShop()
  const made = await ana.post(`${shop}/forms`, enquiry)
  assert.equal(made.status, 201, made.text)
  const form = `${shop}/forms/${made.body.id}`
  const open = `${front}/forms/${made.body.id}`
  assert.deepEqual((await server.anyone.get(open)).body.fields, made.body.fields)
  const sent = await server.anyone.post(`${open}/submissions`, { values: { ...filledIn, evil: 'dropped' } })
  assert.deepEqual([sent.status, Object.keys(sent.body).toSorted()], [201, ['id', 'submittedAt']])
  const { body } = await ana.get(`${form}/submissions`)
  assert.deepEqual(body.data[0].values, { ...filledIn, quantity: 200, terms: true })
  assert.equal((await ana.get(form)).body.submissionCount, 1)
  const { body: timeline } = await ana.get(`/api/contacts/${body.data[0].customerId}/timeline`)
  assert.equal(timeline.data[0].title, 'Filled in "Wholesale enquiry"')
  const { body: again } = await server.anyone.post(`${open}/submissions`, {
    values: { ...filledIn, phone: '+15551230003' },
  })
  const { body: both } = await ana.get(`${form}/submissions`)
  assert.deepEqual([both.data[0].id, both.data[0].customerId], [again.id, body.data[0].customerId], 'the same person')
  await ana.put(form, { isActive: false })
  assert.equal((await server.anyone.post(`${open}/submissions`, { values: filledIn })).status, 404)
  assert.equal((await server.anyone.get(open)).status, 404)
  assert.deepEqual((await ana.delete(form)).body, { success: true })
  assert.equal((await ana.get(`${form}/submissions`)).status, 404)
})

test('an invalid submission is refused with an error for each field', async () => {
  const { ana, shop, front } = await openShop()
  const { body: form } = await ana.post(`${shop}/forms`, enquiry)
  const answer = await server.anyone.post(`${front}/forms/${form.id}/submissions`, {
    values: {
      full_name: ' ',
      email: 'not an address',
      quantity: 'many',
      finish: 'rough',
      terms: false,
      needed: 'soon',
    },
  })
  assert.equal(answer.status, 400)
  assert.deepEqual(
    answer.body.details.map(({ path }: { path: string }) => path).toSorted(),
    ['email', 'finish', 'full_name', 'needed', 'quantity', 'terms'].map((name) => `body.values.${name}`),
  )
  const badNumber = await server.anyone.post(`${front}/forms/${form.id}/submissions`, {
    values: { ...filledIn, phone: 'ring me' },
  })
  assert.equal(badNumber.body.details[0].path, 'body.values.phone')
  for (const fields of [
    [],
    [{ name: 'x', type: 'select' }],
    [{ name: '1', type: 'text' }],
    [{ name: 'x', type: 'file' }],
    [enquiry.fields[0], enquiry.fields[0]],
  ]) {
    assert.equal((await ana.post(`${shop}/forms`, { name: 'Bad', fields })).status, 400)
  }
})

test('any entered value is either stored as the field type requires or refused with a 400', () => {
  const field = fc
    .record({ name: fc.constantFrom('a', 'b', 'c'), type: fc.constantFrom(...fieldTypes), required: fc.boolean() })
    .map((given) => FormField.parse({ ...given, ...(given.type === 'select' && { options: ['x', 'y'] }) }))
  const fields = fc.uniqueArray(field, { selector: ({ name }) => name, minLength: 1 })
  const values = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.oneof(fc.anything({ maxDepth: 1 }), fc.constantFrom('x', 'on', '2027-01-01', 'a@b.co', '7')),
  )
  fc.assert(
    fc.property(fields, values, (fields, values) => {
      let stored: Record<string, unknown>
      try {
        stored = checkValues(fields, values)
      } catch (error) {
        assert.equal((error as { status?: number }).status, 400, String(error))
        return
      }
      const names = new Set(fields.map(({ name }) => name))
      assert.ok(Object.keys(stored).every((name) => names.has(name)))
      for (const { name, type, required } of fields) {
        const value = stored[name]
        if (value === undefined) assert.ok(!required)
        else if (type === 'number') assert.ok(Number.isFinite(value))
        else if (type === 'checkbox') assert.equal(typeof value, 'boolean')
        else assert.equal(typeof value, 'string')
      }
    }),
    { numRuns: 300 },
  )
})

test('public endpoints are rate-limited by IP address', async () => {
  const limited = await startTestServer({ RATE_LIMIT_PUBLIC_READS_PER_MINUTE: '10' })
  const statuses: number[] = []
  for (let i = 0; i < 12; i++) {
    statuses.push(
      (await limited.anyone.get('/api/public/shops/0199ffff-ffff-7fff-bfff-ffffffffffff/products', bearer('sbv_x')))
        .status,
    )
  }
  assert.deepEqual(statuses.slice(-3), [404, 429, 429])
  await limited.close()
})

test('the default limits allow an office behind one IP address to load images, write to shops and read the documentation', async () => {
  // A server with the default limits.
  const usual = await startTestServer({
    RATE_LIMIT_PUBLIC_PER_MINUTE: '',
    RATE_LIMIT_PUBLIC_READS_PER_MINUTE: '',
    RATE_LIMIT_PER_MINUTE: '',
  })
  const ana = await usual.signUp()
  await ana.post('/api/shops', { name: 'Silva Ceramics', currency: 'EUR' })
  const front = `/api/public/shops/${ana.workspaceId}`
  const statuses: number[] = []
  const ask = async (path: string, headers = {}) => statuses.push((await usual.anyone.get(path, headers)).status)
  for (let page = 0; page < 5; page++) {
    await ask(`${front}/products`)
    for (let picture = 0; picture < 50; picture++) await ask(`${front}/products/${ana.workspaceId}/image`)
    await ask('/docs')
    const { body } = await usual.anyone.post(`${front}/conversations`, { customerName: 'Rui' })
    const messages = `${front}/conversations/${body.conversation.id}/messages`
    for (let i = 0; i < 30; i++) {
      await ask(messages, bearer(body.visitorToken))
      statuses.push((await usual.anyone.post(messages, { text: 'Hello?' }, bearer(body.visitorToken))).status)
    }
  }
  assert.equal(statuses.filter((status) => status === 429).length, 0)
  assert.equal(statuses.filter((status) => status === 404).length, 250, 'the products have no image')
  await usual.close()
})
