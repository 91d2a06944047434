import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { findEachOther } from '../../../test/find-each-other.ts'
import { type SignedUp, sharedTestServer } from '../../../test/server.ts'
import { type TestFrame, type TestSocket, openSocket } from '../../../test/sockets.ts'

const server = await sharedTestServer()
const wsUrl = `${server.url.replace('http', 'ws')}/ws`
/** A client that sends a command receives frames from then on. */
const connect = async ({ token }: SignedUp, query = '') => {
  const socket = await openSocket(wsUrl + query, { token })
  if (!query) socket.send('ping')
  return socket
}
const [ana, ben, cleo] = await Promise.all([server.signUp(), server.signUp(), server.signUp()])
await findEachOther(ana, ben, cleo)
const newGroup = async (...others: SignedUp[]) =>
  (await ana.post('/api/chats', { type: 'group', name: 'Night shift', member_ids: others.map(({ userId }) => userId) }))
    .body.id as string
const say = async (who: SignedUp, chat_id: string, content: string, more: object = {}) =>
  (await who.post('/api/messages/send', { chat_id, content, ...more })).body
const about = (event: string, chat: string) => (frame: TestFrame) =>
  frame.event === event && frame.data.chat_id === chat
/** Waits for the response to a ping: all frames sent before it have arrived by then. */
const settle = async (socket: TestSocket) => {
  const { length } = socket.frames
  socket.send('ping')
  await socket.next((frame) => frame.event === 'pong' && socket.frames.indexOf(frame) >= length)
}

test('members receive the events of their chats without joining; other users do not', async () => {
  const chat = await newGroup(ben)
  const [hers, his, outsider] = [await connect(ana), await connect(ben), await connect(cleo)]
  const sent = await say(ana, chat, 'Hello')
  const received = await his.next(about('chat:message', chat))
  assert.deepEqual(received.data, sent)
  assert.equal(typeof received.id, 'string')
  await ben.post('/api/messages/reactions', { message_id: sent.id, emoji: '👍' })
  assert.equal((await hers.next(about('chat:reaction', chat))).data.reactions[0].count, 1)
  await ana.patch(`/api/messages/${sent.id}`, { content: 'Hello!' })
  assert.equal((await his.next(about('chat:message:edited', chat))).data.content, 'Hello!')
  his.send('chat:typing', { chat_id: chat })
  assert.deepEqual((await hers.next(about('chat:typing', chat))).data, {
    chat_id: chat,
    user_id: ben.userId,
    typing: true,
  })
  his.send('chat:read', { chat_id: chat, message_id: sent.id })
  assert.deepEqual((await hers.next(about('chat:read', chat))).data, {
    chat_id: chat,
    user_id: ben.userId,
    message_id: sent.id,
    number: 1,
  })
  const { body: poll } = await ana.post('/api/polls', { chat_id: chat, question: 'Lunch?', options: ['A', 'B'] })
  await ben.put('/api/polls', { poll_id: poll.id, option_ids: [poll.options[1].id] })
  assert.equal((await hers.next(about('poll:update', chat))).data.options[1].votes, 1)
  await ana.delete(`/api/messages?message_id=${sent.id}`)
  assert.equal((await his.next(about('chat:message:deleted', chat))).data.id, sent.id)
  outsider.send('chat:join', { chat_id: chat })
  assert.equal((await outsider.next('error')).data.code, 'not_found')
  outsider.send('chat:typing', { chat_id: chat })
  await settle(outsider)
  assert.deepEqual(
    outsider.frames.filter(({ data }) => data.chat_id === chat),
    [],
  )
  for (const socket of [hers, his, outsider]) socket.drop()
})

test('a new member receives the next message; a removed member receives no more', async () => {
  const chat = await newGroup()
  const his = await connect(ben)
  await ana.post(`/api/chats/${chat}/members`, { member_ids: [ben.userId] })
  await say(ana, chat, 'Welcome')
  assert.equal((await his.next(about('chat:message', chat))).data.content, 'Welcome')
  assert.deepEqual((await his.next(about('chat:members', chat))).data.added, [ben.userId])
  await ana.delete(`/api/chats/${chat}/members/${ben.userId}`)
  await say(ana, chat, 'Among ourselves')
  await his.next((frame) => frame.event === 'chat:members' && frame.data.removed?.includes(ben.userId))
  const dm = (await ana.post('/api/chats', { type: 'dm', member_ids: [ben.userId] })).body.id
  await say(ana, dm, 'Sorry')
  await his.next(about('chat:message', dm))
  assert.deepEqual(
    his.frames.filter(about('chat:message', chat)).map(({ data }) => data.content),
    ['Welcome'],
  )
  his.drop()
})

test('a client that reconnects receives the frames it missed, without messages deleted meanwhile', async () => {
  const chat = await newGroup(ben)
  const before = await connect(ben)
  await say(ana, chat, 'one')
  const { id } = await before.next(about('chat:message', chat))
  before.drop()
  await say(ana, chat, 'two')
  const { id: secret } = await say(ana, chat, 'three')
  await ana.delete(`/api/messages?message_id=${secret}`)
  const again = await connect(ben, `?after=${id}`)
  assert.equal((await again.next(about('chat:message:deleted', chat))).data.id, secret)
  assert.deepEqual(
    again.frames.filter(about('chat:message', chat)).map(({ data }) => data.content),
    ['two', null],
  )
  again.drop()
})

test('a client that reconnects does not receive the content of expired messages', async () => {
  const chat = await newGroup(ben)
  const before = await connect(ben)
  await say(ana, chat, 'one')
  const { id } = await before.next(about('chat:message', chat))
  before.drop()
  const brief = await say(ana, chat, 'two', { expires_in_seconds: 1 })
  while ((await ben.get(`/api/messages?chat_id=${chat}`)).body.data.length > 1) await pause(100)
  await say(ana, chat, 'three')
  const again = await connect(ben, `?after=${id}`)
  await again.next((frame) => about('chat:message', chat)(frame) && frame.data.content === 'three')
  assert.deepEqual(
    again.frames.filter(about('chat:message', chat)).map(({ data }) => [data.id === brief.id, data.content]),
    [
      [true, null],
      [false, 'three'],
    ],
  )
  again.drop()
})

test('users who share a chat receive the presence of each other; others do not', async () => {
  const [one, two, other] = [await server.signUp(), await server.signUp(), await server.signUp()]
  await findEachOther(one, two)
  const { body: dm } = await one.post('/api/chats', { type: 'dm', member_ids: [two.userId] })
  const [watching, apart] = [await connect(one), await connect(other)]
  const presence = (status: string) => (frame: TestFrame) =>
    frame.event === 'presence' && frame.data.user_id === two.userId && frame.data.status === status
  const coming = await connect(two)
  await watching.next(presence('online'))
  const shown = async () =>
    (await one.get(`/api/chats/${dm.id}`)).body.members.find(
      ({ user_id }: { user_id: string }) => user_id === two.userId,
    )
  assert.equal((await shown()).online, true)
  watching.send('chat:join', { chat_id: dm.id })
  assert.ok((await watching.next('chat:joined')).data.online.includes(two.userId))
  coming.send('presence', { status: 'away' })
  await watching.next(presence('away'))
  await two.post('/api/users/blocks', { user_id: one.userId })
  assert.deepEqual([(await shown()).online, (await shown()).last_seen], [false, null])
  const { members } = (await two.get(`/api/chats/${dm.id}`)).body
  assert.deepEqual(
    members.map(({ online }: { online: boolean }) => online),
    [false, true],
    'nor does the user who blocked see the other',
  )
  await two.delete(`/api/users/blocks?user_id=${one.userId}`)
  coming.drop()
  assert.match((await watching.next(presence('offline'))).data.last_seen, /Z$/)
  assert.equal((await shown()).online, false)
  await settle(apart)
  assert.deepEqual(
    apart.frames.filter(({ event }) => event === 'presence'),
    [],
  )
  for (const socket of [watching, apart]) socket.drop()
})

test('the presence of a user arrives once, however many chats are shared with them', async () => {
  const [one, two] = [await server.signUp(), await server.signUp()]
  await findEachOther(one, two)
  await one.post('/api/chats', { type: 'dm', member_ids: [two.userId] })
  await one.post('/api/chats', { type: 'group', name: 'Both', member_ids: [two.userId] })
  const watching = await connect(one)
  const coming = await connect(two)
  await watching.next((frame) => frame.event === 'presence' && frame.data.user_id === two.userId)
  await settle(watching)
  assert.equal(
    watching.frames.filter(({ event, data }) => event === 'presence' && data.user_id === two.userId).length,
    1,
  )
  for (const socket of [watching, coming]) socket.drop()
})

test('a blocked user receives neither presence nor receipts, not even in a group of both', async () => {
  const [one, two] = [await server.signUp(), await server.signUp()]
  await findEachOther(one, two)
  const dm = (await one.post('/api/chats', { type: 'dm', member_ids: [two.userId] })).body.id
  const group = (await one.post('/api/chats', { type: 'group', name: 'Both', member_ids: [two.userId] })).body.id
  await say(one, dm, 'Hello')
  const hers = await connect(one)
  const his = await connect(two)
  await hers.next((frame) => frame.event === 'presence' && frame.data.user_id === two.userId)
  await two.post('/api/users/blocks', { user_id: one.userId })
  await settle(hers)
  const before = hers.frames.length
  his.send('presence', { status: 'away' })
  his.send('chat:read', { chat_id: dm })
  await settle(his)
  his.send('chat:typing', { chat_id: group })
  await hers.next('chat:typing')
  assert.deepEqual(
    hers.frames.slice(before).filter(({ event }) => event === 'presence' || event === 'chat:read'),
    [],
  )
  for (const socket of [hers, his]) socket.drop()
})

test('a message is sent over the socket too; the echo of one that was just sent by HTTP is ignored', async () => {
  const chat = await newGroup(ben)
  const [hers, his] = [await connect(ana), await connect(ben)]
  hers.send('chat:send', { chat_id: chat, content: 'By socket' })
  const { data } = await his.next(about('chat:message', chat))
  assert.deepEqual([data.sender_id, data.content, data.type], [ana.userId, 'By socket', 'text'])
  await hers.next(about('chat:message', chat))
  // The same text again over the socket is another message; after HTTP it is the echo of that.
  hers.send('chat:send', { chat_id: chat, content: 'By socket', echo: true })
  await settle(hers)
  await say(ana, chat, 'By HTTP')
  hers.send('chat:send', { chat_id: chat, content: 'By HTTP', echo: true })
  hers.send('chat:send', { chat_id: chat, content: 'Last' })
  await his.next((frame) => about('chat:message', chat)(frame) && frame.data.content === 'Last')
  const contents = his.frames.filter(about('chat:message', chat)).map(({ data }) => data.content)
  assert.deepEqual(contents, ['By socket', 'By socket', 'By HTTP', 'Last'])
  const outsider = await connect(cleo)
  outsider.send('chat:send', { chat_id: chat, content: 'Let me in' })
  assert.equal((await outsider.next('error')).data.code, 'not_found')
  hers.send('chat:send', { chat_id: chat, content: ' ' })
  assert.equal((await hers.next('error')).data.code, 'invalid_input')
})
