import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findEachOther } from '../../../../test/find-each-other.ts'
import type { SignedUp } from '../../../../test/server.ts'
import { sharedTestServer } from '../../../../test/server.ts'
import { serverContext } from '../../../platform/services.ts'
import { removeExpiredMessages, removeUnusedFiles } from '../jobs.ts'

const server = await sharedTestServer()
const { pool } = server.app.services.connections
const everywhere = serverContext(server.app.services, { workspaceId: null })

/** Ana, Ben and Cleo can share chats. Dora knows none of them. */
const [ana, ben, cleo, dora] = await Promise.all([server.signUp(), server.signUp(), server.signUp(), server.signUp()])
await findEachOther(ana, ben, cleo)

async function newGroup(...others: SignedUp[]): Promise<string> {
  const { status, body, text } = await ana.post('/api/chats', {
    type: 'group',
    name: 'Night shift',
    member_ids: others.map(({ userId }) => userId),
  })
  assert.equal(status, 201, text)
  return body.id
}

async function send(who: SignedUp, chat_id: string, content: string, more: object = {}) {
  const { status, body, text } = await who.post('/api/messages/send', { chat_id, type: 'text', content, ...more })
  assert.equal(status, 201, text)
  return body
}

const unread = async (who: SignedUp, chatId: string) => (await who.get(`/api/chats/${chatId}`)).body.unread_count
const contents = (page: { data: { content?: string }[] }) => page.data.map(({ content }) => content)

test('a message has everything that a front-end shows', async () => {
  const chat = await newGroup(ben)
  const first = await send(ana, chat, 'Hello')
  const reply = await send(ben, chat, 'Hi yourself', { reply_to: first.id, client_id: 'phone-1' })
  assert.deepEqual(
    [
      reply.number,
      reply.sender.name !== null,
      reply.type,
      reply.visibility,
      reply.encrypted,
      reply.client_id,
      reply.status,
    ],
    [2, true, 'text', 'everyone', false, 'phone-1', 'sent'],
  )
  assert.deepEqual(reply.reply, { id: first.id, sender_id: ana.userId, type: 'text', content: 'Hello', deleted: false })
  assert.match(reply.created_at, /^\d{4}-\d\d-\d\dT.*Z$/)
  const { body } = await ana.get(`/api/messages?chat_id=${chat}`)
  assert.deepEqual(contents(body), ['Hi yourself', 'Hello'])
  assert.equal(body.next_cursor, null)
})

test('a message needs content that fits its type, a chat of its sender, and replies to a message of the same chat', async () => {
  const [chat, other] = [await newGroup(ben), await newGroup(cleo)]
  const elsewhere = await send(ana, other, 'elsewhere')
  const refused = async (who: SignedUp, body: object) => (await who.post('/api/messages/send', body)).status
  assert.equal(await refused(ana, { chat_id: chat, type: 'text' }), 400)
  assert.equal(await refused(ana, { chat_id: chat, type: 'text', content: ' \n ' }), 400)
  assert.equal((await ana.patch(`/api/messages/${elsewhere.id}`, { content: ' \n ' })).status, 400)
  assert.equal(await refused(ana, { chat_id: chat, type: 'image' }), 400)
  assert.equal(await refused(ana, { chat_id: chat, type: 'poll', content: 'x' }), 400)
  assert.equal(await refused(ana, { chat_id: chat, content: 'x', reply_to: elsewhere.id }), 400)
  assert.equal(await refused(ana, { chat_id: chat, type: 'image', file_id: chat }), 400)
  assert.equal(await refused(dora, { chat_id: chat, content: 'x' }), 404)
  assert.equal((await dora.get(`/api/messages?chat_id=${chat}`)).status, 404)
})

test('messages are read in pages by cursor, and before, after and around a message', async () => {
  const chat = await newGroup()
  const sent: { id: string }[] = []
  for (let i = 1; i <= 25; i++) sent.push(await send(ana, chat, `m${i}`))
  const read = async (query: string) => (await ana.get(`/api/messages?chat_id=${chat}&${query}`)).body
  const two = `chat_id=${chat}&before=${sent[1]?.id}&after=${sent[0]?.id}`
  assert.equal((await ana.get(`/api/messages?${two}`)).status, 400)
  const all: (string | undefined)[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { data: { content?: string }[]; next_cursor: string | null } = await read(
      `limit=10${cursor && `&cursor=${cursor}`}`,
    )
    all.push(...contents(page))
    cursor = page.next_cursor
  }
  assert.deepEqual(
    all,
    Array.from({ length: 25 }, (_, i) => `m${25 - i}`),
  )
  const id = sent[9]?.id
  assert.deepEqual(contents(await read(`limit=3&before=${id}`)), ['m9', 'm8', 'm7'])
  const after = await read(`limit=3&after=${id}`)
  assert.deepEqual(contents(after), ['m13', 'm12', 'm11'])
  assert.deepEqual(contents(await read(`limit=3&cursor=${after.next_cursor}`)), ['m16', 'm15', 'm14'])
  assert.deepEqual(contents(await read(`limit=5&around=${id}`)), ['m12', 'm11', 'm10', 'm9', 'm8'])
  assert.equal((await ana.get(`/api/messages?chat_id=${chat}&cursor=bm8`)).status, 400)
  assert.equal((await ana.get(`/api/messages?chat_id=${chat}&before=${chat}`)).status, 404)
})

test('50 concurrent sends with the same client_id make one message', async () => {
  const chat = await newGroup(ben)
  const responses = await Promise.all(
    Array.from({ length: 50 }, () =>
      ana.post('/api/messages/send', { chat_id: chat, content: 'once', client_id: 'c' }),
    ),
  )
  assert.deepEqual([...new Set(responses.map(({ status }) => status))], [201])
  assert.equal(new Set(responses.map(({ body }) => body.id)).size, 1)
  assert.equal((await ana.get(`/api/messages?chat_id=${chat}`)).body.data.length, 1)
  assert.equal(await unread(ben, chat), 1)
})

test('a message and a poll that were sent before a crash are not sent again under their Idempotency-Key', async () => {
  const chat = await newGroup(ben)
  for (const [path, body] of [
    ['/api/messages/send', { chat_id: chat, content: 'once' }],
    ['/api/polls', { chat_id: chat, question: 'Once?', options: ['yes', 'no'] }],
  ] as const) {
    const send = () => ana.post(path, body, { 'idempotency-key': `crash ${path}` })
    const first = await send()
    // The message was committed, the response was not.
    await pool.query('update platform.idempotency_keys set status = null, locked_until = now() where key = $1', [
      `crash ${path}`,
    ])
    const second = await send()
    assert.deepEqual([first.status, second.status, second.body.id], [201, 201, first.body.id])
  }
  assert.equal((await ana.get(`/api/messages?chat_id=${chat}`)).body.data.length, 2)
})

test('a file that was uploaded before a crash is not stored twice under its Idempotency-Key', async () => {
  const upload = () => ana.post('/api/upload', picture(), { 'idempotency-key': 'crash upload' })
  const first = await upload()
  await pool.query(
    "update platform.idempotency_keys set status = null, locked_until = now() where key = 'crash upload'",
  )
  const second = await upload()
  assert.deepEqual([first.status, second.status, second.body], [201, 201, first.body])
})

test('concurrent messages get unique numbers without gaps', async () => {
  const chat = await newGroup(ben, cleo)
  await Promise.all([ana, ben, cleo].flatMap((who) => Array.from({ length: 10 }, (_, i) => send(who, chat, `${i}`))))
  const { body } = await ana.get(`/api/messages?chat_id=${chat}`)
  assert.deepEqual(
    body.data.map(({ number }: { number: number }) => number),
    Array.from({ length: 30 }, (_, i) => 30 - i),
  )
})

test('the sender of a message can change it, by PATCH or PUT; a deleted message keeps only its id', async () => {
  const chat = await newGroup(ben)
  const { id } = await send(ana, chat, 'Helo')
  const edited = await ana.patch(`/api/messages/${id}`, { content: 'Hello' })
  assert.equal(edited.body.content, 'Hello')
  assert.notEqual(edited.body.edited_at, null)
  assert.equal((await ana.put(`/api/messages/${id}`, { content: 'Hello!' })).status, 200)
  assert.equal((await ben.patch(`/api/messages/${id}`, { content: 'x' })).status, 403)
  assert.equal((await dora.patch(`/api/messages/${id}`, { content: 'x' })).status, 404)
  assert.equal((await ben.delete(`/api/messages?message_id=${id}`)).status, 403)
  await ben.post('/api/messages/reactions', { message_id: id, emoji: '👍' })
  const { body } = await ana.delete(`/api/messages?message_id=${id}`)
  assert.deepEqual(body, { success: true, id, deleted: true })
  assert.equal((await ana.delete(`/api/messages?message_id=${id}`)).status, 200)
  assert.deepEqual((await ben.get(`/api/messages?chat_id=${chat}`)).body.data, [{ id, deleted: true }])
  assert.deepEqual((await ben.get(`/api/chats/${chat}`)).body.last_message, { id, deleted: true })
  assert.equal((await ana.patch(`/api/messages/${id}`, { content: 'x' })).status, 409)
  assert.equal((await ana.delete('/api/messages')).status, 400)
  const theirs = await send(ben, chat, 'rude')
  assert.equal((await ana.delete(`/api/messages?message_id=${theirs.id}`)).status, 200, 'the owner of the group may')
})

test('deleted and expired messages are removed from tables and from the event log', async () => {
  const chat = await newGroup(ben)
  const deleted = await send(ana, chat, 'secret-one')
  const expired = await send(ana, chat, 'secret-two', { expires_in_seconds: 60 })
  await send(ana, chat, 'secret-three', { visibility: 'view_once' })
  assert.equal(expired.visibility, 'disappearing')
  await ana.delete(`/api/messages?message_id=${deleted.id}`)
  await pool.query("update chat.messages set expires_at = now() - interval '1 s' where id = $1", [expired.id])
  assert.equal(
    (await ben.get(`/api/messages?chat_id=${chat}`)).body.data.length,
    2,
    'not shown although it is still there',
  )
  assert.equal((await ben.get('/api/messages/search?q=secret')).body.data.length, 0)
  assert.equal((await ben.post('/api/messages/reactions', { message_id: expired.id, emoji: '👍' })).status, 404)
  assert.doesNotMatch((await ana.get('/api/auth/me/export')).text, /secret-two/)
  await removeExpiredMessages.run(everywhere, {})
  const { rows } = await pool.query("select from platform.events where data::text like '%secret-%'")
  assert.equal(rows.length, 0)
  const { rows: messages } = await pool.query(
    "select id, content from chat.messages where content like 'secret-%' or id = $1",
    [expired.id],
  )
  assert.deepEqual(
    messages.map(({ content }) => content),
    ['secret-three'],
  )
})

test('an expired message can be neither opened nor read as a poll, even before the cleanup job runs', async () => {
  const chat = await newGroup(ben)
  const viewOnce = await send(ana, chat, 'look', { visibility: 'view_once' })
  const { poll } = await send(ana, chat, '', {
    type: 'poll',
    poll: { question: 'Lunch?', options: ['A', 'B'] },
    expires_in_seconds: 60,
  })
  assert.equal((await ben.get(`/api/polls/${poll.id}`)).status, 200)
  await pool.query("update chat.messages set expires_at = now() - interval '1 s' where chat_id = $1", [chat])
  assert.equal((await ben.post(`/api/messages/${viewOnce.id}/view`)).status, 404)
  assert.equal((await ben.get(`/api/polls/${poll.id}`)).status, 404)
})

test('each reader can open a view-once message once; its content is deleted when all have', async () => {
  const chat = await newGroup(ben, cleo)
  const upload = await ana.post('/api/upload', picture())
  const { id, content, file } = await send(ana, chat, 'look', {
    type: 'image',
    visibility: 'view_once',
    file_id: upload.body.id,
  })
  assert.deepEqual([content, file], [null, null])
  const seen = (await ben.get(`/api/messages?chat_id=${chat}`)).body.data[0]
  assert.deepEqual([seen.content, seen.file, seen.viewed], [null, null, false])
  assert.equal((await ben.get(upload.body.url)).status, 404)
  assert.equal((await ana.post(`/api/messages/${id}/view`)).status, 403)
  assert.equal((await dora.post(`/api/messages/${id}/view`)).status, 404)
  const opened = await Promise.all(Array.from({ length: 10 }, () => ben.post(`/api/messages/${id}/view`)))
  assert.deepEqual(
    opened.map(({ status }) => status).sort((a, b) => a - b),
    [200, ...Array.from({ length: 9 }, () => 409)],
  )
  const viewed = opened.find(({ status }) => status === 200)?.body
  assert.equal(viewed.content, 'look')
  assert.equal((await ben.get(viewed.file.url)).status, 200)
  assert.equal((await cleo.get(viewed.file.url)).status, 403, 'the URL is valid for Ben alone')
  assert.equal((await ben.get(`/api/messages?chat_id=${chat}`)).body.data[0].viewed, true)
  assert.equal(
    (await ben.post('/api/messages/send', { chat_id: chat, type: 'image', file_id: upload.body.id })).status,
    400,
  )
  assert.equal((await cleo.post(`/api/messages/${id}/view`)).body.content, 'look')
  const { rows } = await pool.query('select content, file_id from chat.messages where id = $1', [id])
  assert.deepEqual(rows, [{ content: null, file_id: null }])
  await pool.query(
    "update chat.files set created_at = now() - interval '1 h', detached_at = now() - interval '1 h' where id = $1",
    [upload.body.id],
  )
  await removeUnusedFiles.run(everywhere, {})
  assert.equal((await ana.get(upload.body.url)).status, 404, 'not even for the sender')
})

test('files are visible to the members of chats to which they were sent', async () => {
  const chat = await newGroup(ben)
  const { status, body } = await ana.post('/api/upload', picture())
  assert.equal(status, 201)
  assert.deepEqual(
    { ...body, id: '', url: '' },
    { id: '', url: '', filename: 'a cat.png', mime_type: 'image/png', size_bytes: 67 },
  )
  assert.equal((await ana.get(body.url)).status, 200)
  assert.equal((await ben.get(body.url)).status, 404)
  assert.equal((await ben.post('/api/messages/send', { chat_id: chat, type: 'image', file_id: body.id })).status, 400)
  const { file, id } = await send(ana, chat, '', { type: 'image', file_id: body.id })
  assert.deepEqual(file, body)
  assert.equal((await ben.get(body.url)).headers.get('content-type'), 'image/png')
  assert.equal((await dora.get(body.url)).status, 404)
  assert.equal((await server.anyone.get(body.url)).status, 401)
  const forwarded = await newGroup(cleo)
  await send(ana, forwarded, '', { type: 'image', file_id: body.id })
  await ana.delete(`/api/messages?message_id=${id}`)
  assert.equal((await ben.get(body.url)).status, 404)
  assert.equal((await cleo.get(body.url)).status, 200)
  assert.equal((await dora.put('/api/users/profile', { avatar_url: body.url })).status, 200)
  assert.equal((await dora.get(body.url)).status, 404, 'only its uploader can make a file their picture')
  await ana.put('/api/users/profile', { avatar_url: body.url })
  assert.equal((await dora.get(body.url)).status, 200)
  assert.equal((await ana.post('/api/upload', { file: 'x' })).status, 415)
})

test('a reaction can be toggled; the list has the users', async () => {
  const chat = await newGroup(ben)
  const { id } = await send(ana, chat, 'Lunch?')
  const react = async (who: SignedUp, emoji: string) =>
    (await who.post('/api/messages/reactions', { message_id: id, emoji })).body
  await react(ana, '🍜')
  await react(ben, '👍')
  assert.deepEqual((await react(ben, '🍜')).reactions, [
    { emoji: '🍜', count: 2, user_ids: [ana.userId, ben.userId] },
    { emoji: '👍', count: 1, user_ids: [ben.userId] },
  ])
  assert.deepEqual(await react(ana, '🍜'), {
    message_id: id,
    reactions: [
      { emoji: '👍', count: 1, user_ids: [ben.userId] },
      { emoji: '🍜', count: 1, user_ids: [ben.userId] },
    ],
  })
  assert.equal((await dora.post('/api/messages/reactions', { message_id: id, emoji: '👍' })).status, 404)
})

test('a reaction is one emoji of any kind, or the name of one', async () => {
  const { id } = await send(ana, await newGroup(ben), 'Lunch?')
  const react = async (emoji: unknown) => (await ben.post('/api/messages/reactions', { message_id: id, emoji })).status
  for (const emoji of ['❤️', '❤', '👍🏽', '👩‍👩‍👧‍👦', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🇫🇷', '1️⃣', '©️', ':party-parrot:', '+1'])
    assert.equal(await react(emoji), 200, emoji)
  for (const emoji of ['', '👍👎', 'so what', '<b>', 'é', '🎉!', 5])
    assert.equal(await react(emoji), 400, String(emoji))
})

test('in a poll a voter has one vote, even with concurrent requests; a closed poll accepts none', async () => {
  const chat = await newGroup(ben)
  const { status, body: poll } = await ana.post('/api/polls', {
    chat_id: chat,
    question: 'Lunch?',
    options: ['Soup', 'Salad'],
  })
  assert.equal(status, 201)
  const twice = { chat_id: chat, question: 'Lunch?', options: ['Soup', 'Soup '] }
  assert.equal((await ana.post('/api/polls', twice)).status, 400)
  const [soup, salad] = poll.options.map(({ id }: { id: string }) => id)
  const votes = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      ben.put('/api/polls', { poll_id: poll.id, option_ids: [i % 2 ? soup : salad] }),
    ),
  )
  assert.deepEqual([...new Set(votes.map(({ status }) => status))], [200])
  const { body } = await ana.get(`/api/polls/${poll.id}`)
  assert.equal(body.options[0].votes + body.options[1].votes, 1)
  assert.equal(body.voters, 1)
  const vote = async (who: SignedUp, ...option_ids: string[]) =>
    (await who.put('/api/polls', { poll_id: poll.id, option_ids })).status
  assert.equal(await vote(ben, soup, salad), 400)
  assert.equal(await vote(ben, chat), 400)
  assert.equal(await vote(dora, soup), 404)
  assert.equal(await vote(ben), 200)
  assert.equal((await ana.get(`/api/polls/${poll.id}`)).body.voters, 0)
  await vote(ben, soup)
  const inChat = (await ben.get(`/api/messages?chat_id=${chat}`)).body.data[0]
  assert.deepEqual([inChat.type, inChat.content, inChat.poll.options[0].voter_ids], ['poll', 'Lunch?', [ben.userId]])
  await pool.query('update chat.polls set closes_at = now() where id = $1', [poll.id])
  assert.equal(await vote(ana, soup), 409)
  const anonymous = await ana.post('/api/polls', {
    chat_id: chat,
    question: 'Who?',
    options: ['A', 'B', 'C'],
    multiple: true,
    anonymous: true,
  })
  const chosen = anonymous.body.options.slice(0, 2).map(({ id }: { id: string }) => id)
  const mine = await ben.put('/api/polls', { poll_id: anonymous.body.id, option_ids: chosen })
  assert.deepEqual(mine.body.my_option_ids, chosen)
  assert.deepEqual(
    mine.body.options.map(({ votes, voter_ids }: { votes: number; voter_ids: null }) => [votes, voter_ids]),
    [
      [1, null],
      [1, null],
      [0, null],
    ],
  )
})

function picture(): FormData {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
  const data = new FormData()
  data.set('file', new File([Buffer.from(png, 'base64').subarray(0, 67)], 'a cat.png'))
  return data
}

test('with an action a reaction is added or removed, however often it is asked', async () => {
  const chat = await newGroup(ben)
  const { id } = await send(ana, chat, 'Soup?')
  const react = async (action: string) => {
    const { body } = await ben.post('/api/messages/reactions', { message_id: id, emoji: '🍜', action })
    return body.reactions.map(({ user_ids }: { user_ids: string[] }) => user_ids)
  }
  assert.deepEqual(await react('remove'), [])
  for (let i = 0; i < 2; i++) assert.deepEqual(await react('add'), [[ben.userId]])
  for (let i = 0; i < 2; i++) assert.deepEqual(await react('remove'), [])
  assert.equal((await ben.post('/api/messages/reactions', { message_id: id, emoji: '🍜', action: 'x' })).status, 400)
})

test('messages are read by offset too, up to 10,000, and a search can be for one type', async () => {
  const chat = await newGroup(ben)
  for (const content of ['tulip one', 'tulip two', 'tulip three']) await send(ana, chat, content)
  const form = new FormData()
  form.set('file', new File(['tulip'], 'tulip.txt'))
  const file_id = (await ana.post('/api/upload', form)).body.id
  await send(ana, chat, 'tulip file', { type: 'document', file_id })
  const page = (query: string) => ana.get(`/api/messages?chat_id=${chat}&${query}`)
  assert.deepEqual(contents((await page('limit=2&offset=1')).body), ['tulip three', 'tulip two'])
  const { body: second } = await page('limit=1&offset=1')
  assert.deepEqual(contents((await page(`limit=2&offset=1&cursor=${second.next_cursor}`)).body), [
    'tulip two',
    'tulip one',
  ])
  assert.deepEqual(contents((await page('offset=4')).body), [])
  assert.equal((await page('offset=10001')).status, 400)
  assert.equal((await page(`offset=1&before=${chat}`)).status, 400)
  const found = async (type: string) =>
    (await ana.get(`/api/messages/search?q=tulip&chat_id=${chat}&type=${type}`)).body
  assert.deepEqual(contents(await found('document')), ['tulip file'])
  assert.equal((await found('text')).data.length, 3)
})

test('a message of a type that carries a file needs one; a voice message keeps its duration', async () => {
  const chat = await newGroup(ben)
  const post = (more: object) => ana.post('/api/messages/send', { chat_id: chat, content: 'Listen', ...more })
  for (const type of ['image', 'voice', 'video', 'document']) {
    const { status, body } = await post({ type })
    assert.deepEqual([status, body.details[0].path], [400, 'body.file_id'], type)
  }
  assert.equal((await post({ type: 'sticker' })).status, 201)
  assert.equal((await post({ type: 'image', encrypted: true })).status, 201)
  const form = new FormData()
  form.set('file', new File(['sound'], 'hello.ogg'))
  const file_id = (await ana.post('/api/upload', form)).body.id
  const sent = (await post({ type: 'voice', file_id, duration_ms: 4200 })).body
  assert.equal(sent.duration_ms, 4200)
  assert.equal((await ben.get(`/api/messages?chat_id=${chat}&limit=1`)).body.data[0].duration_ms, 4200)
  assert.equal((await post({ type: 'voice', file_id, duration_ms: -1 })).status, 400)
})
