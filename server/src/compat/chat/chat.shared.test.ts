import assert from 'node:assert/strict'
import { test } from 'node:test'
import { find, findEachOther } from '../../../test/find-each-other.ts'
import { type SignedUp, sharedTestServer } from '../../../test/server.ts'
import { type TestSocket, openSocket } from '../../../test/sockets.ts'

const server = await sharedTestServer()
const api = '/compat/chat/api'
const [ana, ben, dora] = await Promise.all([server.signUp(), server.signUp(), server.signUp()])
await findEachOther(ana, ben)

async function ok(answer: ReturnType<SignedUp['get']>) {
  const { status, body, text } = await answer
  assert.ok(status < 300, text)
  assert.equal(body.success, true, text)
  return body
}

const newDm = async (): Promise<string> =>
  (await ok(ana.post(`${api}/chats`, { type: 'dm', participantIds: [ben.userId] }))).chat.id
const newGroup = async (): Promise<string> =>
  (await ok(ana.post(`${api}/chats`, { type: 'group', participantIds: [ben.userId] }))).chat.id
const send = async (who: SignedUp, chatId: string, content: string, more: object = {}) =>
  (await ok(who.post(`${api}/messages/send`, { chatId, content, type: 'text', visibility: 'forever', ...more })))
    .message

test('messages have the fields of the screens, in pages by offset; deleted ones are left out', async () => {
  const chatId = await newGroup()
  const first = await send(ana, chatId, 'One')
  assert.deepEqual(
    [first.chatId, first.senderId, first.content, first.type, first.status, first.visibility, first.reactions],
    [chatId, ana.userId, 'One', 'text', 'sent', 'forever', []],
  )
  await send(ana, chatId, 'Two')
  const third = await send(ben, chatId, 'Three')
  await ok(ben.delete(`${api}/messages`, { messageId: third.id }))
  const page = (query: string) => ok(ben.get(`${api}/messages?chatId=${chatId}&${query}`))
  const all = await page('limit=50&offset=0')
  assert.deepEqual(
    [all.messages.map(({ content }: { content: string }) => content), all.total, all.hasMore],
    [['Two', 'One'], 3, false],
  )
  // Ben has read all that came before what he sent.
  assert.equal(all.messages[0].status, 'seen')
  assert.equal((await page('limit=1&offset=1')).messages[0].content, 'Two')
  assert.equal((await page('limit=1&offset=1')).hasMore, true)
  assert.equal((await page('limit=5000')).messages.length, 2)
  assert.equal((await ben.get(`${api}/messages?chatId=${chatId}&offset=10001`)).status, 400)
  assert.equal((await dora.get(`${api}/messages?chatId=${chatId}`)).status, 404)
})

test('a picture is sent by the URL of its upload, and never one of another site or user', async () => {
  const chatId = await newGroup()
  const form = new FormData()
  form.set('file', new File(['A quiet sea.'], 'sea.txt'))
  const { file } = await ok(ana.post(`${api}/upload`, form))
  assert.deepEqual([file.name, file.size], ['sea.txt', 12])
  assert.ok(Math.abs(Date.parse(file.uploadedAt) - Date.now()) < 60_000)
  const image = await send(ana, chatId, 'Look', { type: 'image', imageUrl: file.url })
  assert.equal(image.imageUrl, file.url)
  assert.equal((await ben.get(`/compat/chat${file.url}`)).text, 'A quiet sea.')
  const voice = await send(ana, chatId, '', { type: 'voice', fileId: file.id, voiceDuration: 4200 })
  assert.deepEqual([voice.voiceDuration, voice.content], [4200, ''])
  const refused = async (more: object, path: string, who = ana) => {
    const { status, body } = await who.post(`${api}/messages/send`, { chatId, content: 'x', ...more })
    assert.deepEqual([status, body.details[0].path], [400, path])
  }
  await refused({ type: 'image', imageUrl: 'https://elsewhere.example/cat.png' }, 'body.image_url')
  await refused({ type: 'image' }, 'body.file_id')
  await refused({ visibility: 'view_twice' }, 'body.visibility')
})

test('chats are listed with archived and hidden ones', async () => {
  const [one, two, three] = [await newGroup(), await newGroup(), await newGroup()]
  await ok(ben.put(`${api}/chats/${one}`, { archived: true }))
  await ok(ben.put(`${api}/chats/${two}`, { hidden: true }))
  await send(ana, three, 'Hello')
  const { chats } = await ok(ben.get(`${api}/chats`))
  const flags = [three, two, one].map((id) => {
    const chat = chats.find((one: { id: string }) => one.id === id)
    return [chat.name, chat.archived, chat.hidden, chat.unreadCount, chat.lastMessage?.content]
  })
  assert.deepEqual(flags, [
    ['New chat', false, false, 1, 'Hello'],
    ['New chat', false, true, 0, undefined],
    ['New chat', true, false, 0, undefined],
  ])
})

test('a vote for one option replaces the last one, and adds or removes it where several may be chosen', async () => {
  const chatId = await newGroup()
  const ask = async (more: object) =>
    (await ok(ana.post(`${api}/polls`, { chatId, question: 'Lunch?', options: ['Soup', 'Salad'], ...more }))).poll
  const vote = async (pollId: string, optionId: string) =>
    (await ok(ben.put(`${api}/polls`, { pollId, optionId }))).poll.voters[ben.userId] ?? []
  const single = await ask({ anonymous: false, multipleVotes: false })
  const [soup, salad] = single.options.map(({ id }: { id: string }) => id)
  assert.deepEqual(await vote(single.id, soup), [soup])
  assert.deepEqual(await vote(single.id, salad), [salad])
  const several = await ask({ anonymous: true, multipleVotes: true, expiresIn: 60_000 })
  assert.ok(Math.abs(Date.parse(several.expiresAt) - Date.now() - 60_000) < 20_000)
  const [first, second] = several.options.map(({ id }: { id: string }) => id)
  assert.deepEqual(await vote(several.id, first), [first])
  assert.deepEqual(await vote(several.id, second), [first, second])
  assert.deepEqual(await vote(several.id, first), [second])
  assert.deepEqual((await ok(ana.get(`${api}/polls/${several.id}`))).poll.voters, {}, 'an anonymous poll stays so')
})

test('a room whose name has the id of a chat calls its members; another one is a room of the workspace', async () => {
  const chatId = await newDm()
  const enter = (who: SignedUp, roomName: string) =>
    ok(who.post(`${api}/video-calls/token`, { roomName, participantName: 'Mallory', identity: 'user_1' }))
  const hers = await enter(ana, `call_${chatId}`)
  assert.deepEqual([hers.roomName, hers.expiresIn, hers.identity], [`call_${chatId}`, 14_400, ana.userId])
  const his = await enter(ben, `another_${chatId}`)
  assert.equal(his.callId, hers.callId, 'a chat has one call at a time')
  assert.equal((await enter(dora, `call_${chatId}`)).callId === hers.callId, false)
  const end = (who: SignedUp, roomName: string) => who.post(`${api}/video-calls/end`, { roomName, participantId: '1' })
  assert.ok((await ok(end(ben, `another_${chatId}`))).callDuration >= 0)
  assert.equal((await end(dora, 'nowhere')).status, 404)
  const daily = await enter(ana, 'daily')
  assert.notEqual((await enter(dora, 'daily')).callId, daily.callId, 'a room belongs to a workspace')
})

interface Typed {
  type: string
  // oxlint-disable-next-line no-explicit-any -- tests look into frames freely.
  payload: any
  id?: string
}

/** A client of the front-end's socket. */
async function connect(who: SignedUp) {
  const socket: TestSocket = await openSocket(`${server.url.replace('http', 'ws')}/compat/chat/ws`, {
    token: who.token,
  })
  const send = (type: string, payload: object = {}) => socket.sendRaw(JSON.stringify({ type, payload }))
  // A client that sends a command receives frames from then on.
  send('ping')
  const next = async (type: string, fits: (payload: Typed['payload']) => boolean = () => true): Promise<Typed> => {
    const is = (frame: unknown) => (frame as Typed).type === type && fits((frame as Typed).payload)
    return (await socket.next(is)) as unknown as Typed
  }
  await next('pong')
  return { send, next, frames: socket.frames as unknown as Typed[] }
}

test('frames are of type and payload; the sender is the user of the session', async () => {
  const chatId = await newGroup()
  const [hers, his] = [await connect(ana), await connect(ben)]
  hers.send('message:send', { chatId, content: 'By socket', senderId: ben.userId })
  const { payload, id } = await his.next('message:received')
  assert.deepEqual([payload.senderId, payload.content, payload.chatId], [ana.userId, 'By socket', chatId])
  assert.equal(typeof id, 'string')
  await send(ana, chatId, 'By both')
  hers.send('message:send', { chatId, content: 'By both', senderId: ana.userId })
  hers.send('user:typing', { chatId })
  assert.deepEqual((await his.next('user:typing')).payload, { chatId, userId: ana.userId })
  const texts = his.frames.flatMap((frame) => (frame.type === 'message:received' ? [frame.payload.content] : []))
  assert.deepEqual(texts, ['By socket', 'By both'], 'a text that is sent by HTTP and here is one message')
  his.send('chat:read', { chatId })
  assert.equal((await hers.next('message:seen')).payload.userId, ben.userId)
  const outsider = await connect(dora)
  outsider.send('message:send', { chatId, content: 'Let me in' })
  assert.equal((await outsider.next('error')).payload.code, 'not_found')
  outsider.send('message:send')
  assert.equal((await outsider.next('error', ({ code }) => code === 'invalid_input')).payload.event, 'chat:send')
})

test('an incoming call is shown to the others, and not to the one who calls', async () => {
  const chatId = await newGroup()
  const [hers, his] = [await connect(ana), await connect(ben)]
  await ok(ana.post(`${api}/video-calls/token`, { roomName: chatId }))
  const { payload } = await his.next('call:incoming')
  assert.deepEqual([payload.callerId, payload.chatId, payload.roomName], [ana.userId, chatId, chatId])
  await send(ana, chatId, 'Pick up')
  await hers.next('message:received')
  assert.ok(!hers.frames.some(({ type }) => type === 'call:incoming'))
})

test("another user's profile and status are shown to those who know them", async () => {
  const eve = await server.signUp()
  await find(eve, ben)
  await ok(ben.put(`${api}/users/profile`, { displayName: 'Ben', about: 'Cook', pronouns: 'he/him' }))
  const { user } = await ok(eve.get(`${api}/users/profile?userId=${ben.userId}`))
  assert.deepEqual([user.displayName, user.about, user.pronouns, user.email], ['Ben', 'Cook', 'he/him', undefined])
  assert.equal((await ok(eve.get(`${api}/users/${ben.userId}/status`))).status, 'online')
  assert.equal((await dora.get(`${api}/users/profile?userId=${eve.userId}`)).status, 404)
  assert.equal((await ok(ben.get(`${api}/users/profile`))).user.email, ben.email)
})
