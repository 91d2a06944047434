import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SignedUp, startTestServer } from '../../../test/server.ts'
import { explainAs } from '../../../test/explain.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { serverContext } from '../../platform/services.ts'
import { list } from './conversations/conversation-list.ts'
import {
  addMessage,
  createVisitorToken,
  getConversation,
  listConversations,
  listMessages,
  markRead,
  newestMessages,
  openConversation,
  readVisitorToken,
  sendMessage,
  updateConversation,
} from './index.ts'
import { deliverThrough } from './messages/delivery.ts'

const server = await startTestServer()
const { services } = server.app

const as = (who: SignedUp): Ctx => serverContext(services, { workspaceId: who.workspaceId, userId: who.userId })

async function thread(ctx: Ctx, name = 'Ana Silva') {
  return openConversation(ctx, { contact: { name, identities: [] }, channel: 'web' })
}

test('a conversation has its message count, its unread count and its last message', async () => {
  const ctx = as(await server.signUp())
  const { id } = await thread(ctx)
  await addMessage(ctx, { conversationId: id, sender: 'customer', text: 'Hello?' })
  await addMessage(ctx, { conversationId: id, sender: 'customer', text: 'Is anyone there?' })
  const waiting = await getConversation(ctx, id)
  assert.deepEqual([waiting.message_count, waiting.unread_count, waiting.last_message_text], [2, 2, 'Is anyone there?'])
  await addMessage(ctx, { conversationId: id, sender: 'member', text: 'Yes!' })
  const answered = await getConversation(ctx, id)
  assert.deepEqual([answered.message_count, answered.unread_count, answered.last_message_text], [3, 0, 'Yes!'])
  await addMessage(ctx, { conversationId: id, sender: 'customer', text: 'Good.' })
  assert.equal((await markRead(ctx, id)).unread_count, 0)
})

test('the counts are exact with concurrent writers', async () => {
  const ctx = as(await server.signUp())
  const { id } = await thread(ctx)
  await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      addMessage(ctx, { conversationId: id, sender: 'customer', text: `${n}`, clientId: `${n % 20}` }),
    ),
  )
  const { message_count, unread_count } = await getConversation(ctx, id)
  assert.deepEqual([message_count, unread_count], [20, 20])
  assert.equal((await listMessages(ctx, id, { limit: 200 })).data.length, 20)
})

test('a message sent twice with one client id is added once', async () => {
  const ctx = as(await server.signUp())
  const { id } = await thread(ctx)
  const first = await addMessage(ctx, { conversationId: id, sender: 'customer', text: 'Hello', clientId: 'c1' })
  const second = await addMessage(ctx, { conversationId: id, sender: 'customer', text: 'Hello', clientId: 'c1' })
  assert.deepEqual(second, first)
  assert.equal((await getConversation(ctx, id)).message_count, 1)
})

test('concurrent webhooks open a thread of a channel once, with one contact', async () => {
  const ben = await server.signUp()
  const ctx = as(ben)
  const arrive = () =>
    openConversation(ctx, {
      contact: { name: 'Ben', identities: [{ kind: 'telegram', value: '4711' }] },
      channel: 'telegram',
      externalId: '4711',
    })
  const opened = await Promise.all(Array.from({ length: 20 }, arrive))
  assert.equal(new Set(opened.map(({ id }) => id)).size, 1)
  assert.equal((await listConversations(ctx, { limit: 50 })).data.length, 1)
  assert.equal((await ben.get('/api/contacts')).body.data.length, 1)
})

test('the inbox is ordered by the newest message, in pages without repetition or gap', async () => {
  const ctx = as(await server.signUp())
  const ids: string[] = []
  for (const name of ['One', 'Two', 'Three', 'Four', 'Five']) ids.push((await thread(ctx, name)).id)
  await addMessage(ctx, { conversationId: ids[1] as string, sender: 'customer', text: 'me first' })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await listConversations(ctx, { limit: 2, cursor })
    seen.push(...page.data.map(({ id }) => id))
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  assert.deepEqual(seen, [ids[1], ids[4], ids[3], ids[2], ids[0]])
  const newest = await listConversations(ctx, { limit: 50, order: 'newest' })
  assert.deepEqual(
    newest.data.map(({ id }) => id),
    ids.toReversed(),
  )
})

test('conversations are found by status, assignee, tag, channel, contact, outcome and time', async () => {
  const ana = await server.signUp()
  const ctx = as(ana)
  const [wanted, other] = [await thread(ctx, 'Wanted'), await thread(ctx, 'Other')]
  await updateConversation(ctx, wanted.id, {
    status: 'pending',
    assignee_id: ana.userId,
    tags: ['vip', 'wholesale'],
    outcome: 'appointment',
  })
  await openConversation(ctx, {
    contact: { id: other.contact_id },
    channel: 'phone',
    occurredAt: '2020-01-01T10:00:00Z',
  })
  const found = async (filter: object) =>
    (await listConversations(ctx, { limit: 50, ...filter })).data.map((row) => `${row.customer_name} ${row.channel}`)
  assert.deepEqual(await found({ status: 'pending' }), ['Wanted web'])
  assert.deepEqual(await found({ assigneeId: ana.userId }), ['Wanted web'])
  assert.deepEqual(await found({ assigneeId: 'none' }), ['Other phone', 'Other web'])
  assert.deepEqual(await found({ tag: 'vip' }), ['Wanted web'])
  assert.deepEqual(await found({ outcome: 'appointment', order: 'newest' }), ['Wanted web'])
  assert.deepEqual(await found({ channel: 'phone' }), ['Other phone'])
  assert.deepEqual(await found({ contactId: other.contact_id, order: 'newest' }), ['Other web', 'Other phone'])
  assert.deepEqual(await found({ to: '2021-01-01T00:00:00Z' }), ['Other phone'])
})

test('the inbox filtered by a tag is ordered by the newest message, in pages, also after changes', async () => {
  const ctx = as(await server.signUp())
  const [one, two, three] = [await thread(ctx), await thread(ctx), await thread(ctx)]
  for (const { id } of [one, two, three]) await updateConversation(ctx, id, { tags: ['vip', 'late', 'vip'] })
  await addMessage(ctx, { conversationId: one.id, sender: 'customer', text: 'Hello?' })
  const found = async (tag: string, order: 'recent' | 'newest' = 'recent') => {
    const ids: string[] = []
    for (let cursor: string | undefined; ;) {
      const page = await listConversations(ctx, { tag, order, limit: 1, ...(cursor && { cursor }) })
      ids.push(...page.data.map(({ id }) => id))
      if (page.next_cursor === null) return ids
      cursor = page.next_cursor
    }
  }
  assert.deepEqual(await found('vip'), [one.id, three.id, two.id])
  assert.deepEqual(await found('vip', 'newest'), [three.id, two.id, one.id])
  await updateConversation(ctx, three.id, { tags: ['late'] })
  await updateConversation(ctx, one.id, { status: 'closed' })
  await addMessage(ctx, { conversationId: two.id, sender: 'customer', text: 'And I?' })
  assert.deepEqual(
    [await found('vip'), await found('late')],
    [
      [two.id, one.id],
      [two.id, one.id, three.id],
    ],
  )
  await updateConversation(ctx, one.id, { tags: [] })
  assert.deepEqual([await found('vip'), await found('none')], [[two.id], []])
})

test('only members can be assigned, and a closed conversation reopens when the customer writes', async () => {
  const ctx = as(await server.signUp())
  const outsider = await server.signUp()
  const { id } = await thread(ctx)
  await assert.rejects(updateConversation(ctx, id, { assignee_id: outsider.userId }), { status: 404 })
  await updateConversation(ctx, id, { status: 'closed', notes: 'done' })
  await addMessage(ctx, { conversationId: id, sender: 'assistant', text: 'Thank you!' })
  assert.equal((await getConversation(ctx, id)).status, 'closed')
  await addMessage(ctx, { conversationId: id, sender: 'customer', text: 'One more thing' })
  assert.deepEqual((({ status, notes }) => [status, notes])(await getConversation(ctx, id)), ['open', 'done'])
})

test("the beginning and the closing of a conversation are on the contact's timeline", async () => {
  const ana = await server.signUp()
  const ctx = as(ana)
  const { id, contact_id } = await thread(ctx)
  await addMessage(ctx, { conversationId: id, sender: 'customer', text: 'Hello' })
  await addMessage(ctx, { conversationId: id, sender: 'customer', text: 'again' })
  await updateConversation(ctx, id, { status: 'closed' })
  await updateConversation(ctx, id, { tags: ['x'] })
  const { body } = await ana.get(`/api/contacts/${contact_id}/timeline`)
  assert.deepEqual(
    body.data.map((entry: { kind: string }) => entry.kind),
    ['conversation.closed', 'conversation.started'],
  )
})

test('the newest messages of several conversations are read together, each oldest first', async () => {
  const ctx = as(await server.signUp())
  const [one, two] = [await thread(ctx), await thread(ctx)]
  for (const text of ['a', 'b', 'c']) await addMessage(ctx, { conversationId: one.id, sender: 'customer', text })
  await addMessage(ctx, { conversationId: two.id, sender: 'customer', text: 'z' })
  const messages = await newestMessages(ctx, [one.id, two.id], 2)
  const texts = (id: string) => messages.get(id)?.map(({ text }) => text)
  assert.deepEqual([texts(one.id), texts(two.id)], [['b', 'c'], ['z']])
})

test('a reply is sent through its channel; a channel that is down is retried for five minutes', async () => {
  const ctx = as(await server.signUp())
  const contact = { name: 'Ben', identities: [{ kind: 'telegram', value: '4712' }] as const }
  const opened = await openConversation(ctx, {
    contact: { ...contact, identities: [...contact.identities] },
    channel: 'telegram',
  })
  const said: string[] = []
  let isDown = true
  const delivery = deliverThrough([
    {
      name: 'telegram',
      async send(_ctx, _conversation, message) {
        if (isDown) throw new Error('the network is down')
        said.push(message.text)
        return { status: 'delivered', externalId: 'tg-1' }
      },
    },
  ])
  // Queued by the test, so that only its own delivery job sends it.
  const queue = (text: string) =>
    addMessage(ctx, { conversationId: opened.id, sender: 'member', text, status: 'queued' })
  const message = await queue('Hello Ben')
  await assert.rejects(delivery.run(ctx, { message_id: message.id }), /network is down/)
  isDown = false
  await delivery.run(ctx, { message_id: message.id })
  await delivery.run(ctx, { message_id: message.id })
  assert.deepEqual(said, ['Hello Ben'])

  const late = await queue('Too late')
  isDown = true
  const inTenMinutes = { ...ctx, now: () => new Date(Date.now() + 600_000) }
  await delivery.run(inTenMinutes, { message_id: late.id })
  const { data } = await listMessages(ctx, opened.id, { limit: 50 })
  assert.deepEqual(
    data.map(({ text, status, error }) => [text, status, error]),
    [
      ['Too late', 'failed', 'telegram could not be reached.'],
      ['Hello Ben', 'delivered', null],
    ],
  )
})

test('a reply on a channel that is not connected is marked failed, with the reason', async () => {
  const ctx = as(await server.signUp())
  const { id } = await openConversation(ctx, { contact: { name: 'Ben', identities: [] }, channel: 'viber' })
  const message = await transaction(ctx, (ctx) =>
    sendMessage(ctx, { conversationId: id, sender: 'member', text: 'Hi' }),
  )
  assert.equal(message.status, 'queued')
  await deliverThrough([]).run(ctx, { message_id: message.id })
  const { data } = await listMessages(ctx, id, { limit: 1 })
  assert.equal(data[0]?.status, 'failed')
  assert.match(String(data[0]?.error), /not connected to viber/i)
})

test('a visitor token gives access to one conversation for 30 days, and cannot be changed', () => {
  const visitor = {
    workspaceId: '0199b0a0-0000-7000-8000-000000000001',
    conversationId: '0199b0a0-0000-7000-8000-000000000002',
  }
  const token = createVisitorToken(services, visitor)
  assert.deepEqual(readVisitorToken(services, token), visitor)
  const inDays = (days: number) => ({ ...services, now: () => new Date(Date.now() + days * 86_400_000) })
  assert.deepEqual(readVisitorToken(inDays(29), token), visitor)
  assert.throws(() => readVisitorToken(inDays(31), token), { status: 401 })
  for (const bad of [
    token.replace('000000000002', '000000000003'),
    token.slice(0, -1),
    `${token}x`,
    'sbv_',
    'sbv_a.b.c.d',
    '',
  ]) {
    assert.throws(() => readVisitorToken(services, bad), { status: 401 })
  }
})

test('the inbox can be searched by messages and by the name of the customer', async () => {
  const [mine, theirs] = [as(await server.signUp()), as(await server.signUp())]
  const say = async (ctx: Ctx, name: string, ...texts: string[]) => {
    const { id } = await thread(ctx, name)
    for (const text of texts) await addMessage(ctx, { conversationId: id, sender: 'customer', text })
    return id
  }
  await say(mine, 'José Ibáñez', 'Do you ship to Málaga?', 'And by when?')
  await say(mine, 'Ben', 'Hello', 'My parcel to Malaga is late')
  await say(theirs, 'Eve', 'Málaga')
  const found = async (q: string, more: object = {}) =>
    (await listConversations(mine, { limit: 50, q, ...more })).data.map((row) => row.customer_name)
  assert.deepEqual(await found('malaga'), ['Ben', 'José Ibáñez'])
  assert.deepEqual(await found('ship mal'), ['José Ibáñez'])
  assert.deepEqual(await found('ibanez'), ['José Ibáñez'])
  assert.deepEqual(await found('malaga', { status: 'closed' }), [])
  for (const odd of ['!!!', "'", '\\', '":*', '- - -', 'nowhere']) assert.deepEqual(await found(odd), [])
})

test('conversations of other workspaces can be neither read nor written', async () => {
  const mine = as(await server.signUp())
  const theirs = as(await server.signUp())
  const { id } = await thread(theirs)
  await assert.rejects(getConversation(mine, id), { status: 404 })
  await assert.rejects(listMessages(mine, id, { limit: 1 }), { status: 404 })
  await assert.rejects(addMessage(mine, { conversationId: id, sender: 'customer', text: 'x' }), { status: 404 })
  await assert.rejects(updateConversation(mine, id, { notes: 'x' }), { status: 404 })
  assert.equal((await getConversation(theirs, id)).message_count, 0)
})

test('each filter of the inbox uses an index in its order, under row-level security', async () => {
  const ana = await server.signUp()
  const filters = [
    'status',
    'assigneeId',
    'channel',
    'tag',
    'campaignId',
    'contactId',
    'outcome',
    'from',
    'to',
  ] as const
  const nothing = {
    q: false,
    unassigned: false,
    ...Object.fromEntries(filters.map((name) => [name, false])),
  } as Record<(typeof filters)[number] | 'q' | 'unassigned', boolean>
  const parameters = {
    status: 'open',
    assigneeId: ana.userId,
    channel: 'tiktok',
    tag: 'vip',
    campaignId: ana.userId,
    contactId: ana.userId,
    outcome: 'interested',
    from: '2026-01-01',
    to: '2026-02-01',
    q: 'mug',
    at: '2026-01-15',
    before: ana.userId,
  }
  for (const [recent, asked, index] of [
    [true, [], 'conversations_recent'],
    [true, ['status'], 'conversations_status'],
    [true, ['assigneeId'], 'conversations_assignee'],
    [true, ['unassigned'], 'conversations_unassigned'],
    [true, ['channel'], 'conversations_channel'],
    [true, ['tag'], 'conversation_tags_recent'],
    [true, ['tag', 'status', 'assigneeId', 'channel'], 'conversation_tags_recent'],
    [false, ['tag', 'contactId'], 'conversations_contact'],
    [false, [], 'conversations_newest'],
    [false, ['contactId'], 'conversations_contact'],
    [false, ['campaignId'], 'conversations_campaign'],
    [false, ['outcome'], 'conversations_outcome'],
  ] as const) {
    for (const continued of [false, true]) {
      const shape = { ...nothing, ...Object.fromEntries(asked.map((name) => [name, true])), recent, continued }
      const plan = await explainAs(services.connections.pool, ana, list({ ...shape, rows: '51' }).call(parameters))
      assert.match(plan, new RegExp(`Index (Only )?Scan using ${index} `), plan)
      assert.doesNotMatch(plan, /Seq Scan|Sort/, plan)
    }
  }
})
