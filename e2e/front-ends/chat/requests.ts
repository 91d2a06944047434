import assert from 'node:assert/strict'
import { type Shape, aNumber, aText, anId, answered, assertShape, refused } from '../answers.ts'
import { type Answer, type FrontEnd, openFrontEnd } from '../front-end.ts'

// What the API client of the chat front-end sends, method by method, and what it reads. Its base URL is `/compat/chat`.

/** Someone who is signed in at it. */
export interface ChatUser extends FrontEnd {
  readonly id: string
  readonly email: string
  readonly token: string
}

const password = 'correct horse battery'
const notes = { calls: [], frames: [] }
const aFlag = (value: unknown) => typeof value === 'boolean'
const aList = (value: unknown) => Array.isArray(value)
const sentStatus = /^(sent|delivered|seen)$/

const message: Shape = {
  id: anId,
  chatId: anId,
  senderId: anId,
  content: aText,
  type: 'text',
  timestamp: aText,
  status: sentStatus,
  reactions: aList,
}
const chat: Shape = { id: anId, type: aText, participants: aList, unreadCount: aNumber, archived: aFlag, hidden: aFlag }

let people = 0

/** `register`: with the fields of its form. */
export async function register(url: string, displayName: string): Promise<ChatUser> {
  const base = `${url}/compat/chat`
  const form = { email: `chat${++people}@example.com`, username: `chat_user_${people}`, displayName, password }
  const call = openFrontEnd(base, notes).post('/api/auth/register', form)
  const { token, user } = await answered(201, nothingIgnored(call))
  assertShape(user, { id: anId, email: form.email, username: form.username, displayName })
  assert.ok('avatar' in user)
  return { ...openFrontEnd(base, notes, token), id: user.id, email: form.email, token }
}

/** The front-end means every field that it sends, so none of them may be without effect. */
async function nothingIgnored(call: Promise<Answer>): Promise<Answer> {
  const answer = await call
  assert.equal(answer.headers.get('x-ignored-fields'), null, answer.text)
  return answer
}

export async function signIn({ email, ...frontEnd }: ChatUser): Promise<void> {
  const login = await answered(200, frontEnd.post('/api/auth/login', { email, password }))
  assertShape(login, { token: aText, user: { id: frontEnd.id, email, displayName: aText } })
  await refused(401, frontEnd.post('/api/auth/login', { email, password: 'wrong password' }))
}

/** `createChat`, `getChats`, `updateChat`. Returns the id of a dm of the two. */
export async function chats(ana: ChatUser, ben: ChatUser): Promise<string> {
  const create = (type: string, name?: string) =>
    nothingIgnored(ana.post('/api/chats', { type, participantIds: [ben.id], name }))
  const dm = await answered(201, create('dm'))
  assertShape(dm.chat, { ...(chat as object), type: 'dm' })
  assert.equal(dm.chat.participants.length, 2)
  const group = await answered(201, create('group', 'Night shift'))
  assertShape(group.chat, { type: 'group', name: 'Night shift' })
  const { chats } = await answered(200, ana.get('/api/chats'))
  assertShape(chats, [chat, chat])
  const update = nothingIgnored(ana.put(`/api/chats/${group.chat.id}`, { archived: true }))
  assertShape((await answered(200, update)).chat, { id: group.chat.id, archived: true })
  return dm.chat.id
}

/** `sendMessage`, `getMessages`, `searchMessages`, `addReaction`, `removeReaction`, `deleteMessage`. */
export async function messages(ana: ChatUser, ben: ChatUser, chatId: string): Promise<void> {
  const send = (content: string) =>
    nothingIgnored(ana.post('/api/messages/send', { chatId, content, type: 'text', visibility: 'forever' }))
  const sent = (await answered(201, send('Hello Ben'))).message
  assertShape(sent, { ...(message as object), chatId, senderId: ana.id, content: 'Hello Ben' })
  await answered(201, send('Are you there?'))
  const page = (offset: number) => ben.get(`/api/messages?chatId=${chatId}&limit=1&offset=${offset}`)
  const first = await answered(200, nothingIgnored(page(0)))
  assertShape(first, { messages: [message], total: 2, hasMore: true })
  assertShape(await answered(200, page(1)), { messages: [message], total: 2, hasMore: false })

  const search = (chat: string) => ben.get(`/api/messages/search?q=hello&chatId=${chat}`)
  assertShape(await answered(200, nothingIgnored(search(chatId))), {
    results: [{ id: sent.id }],
    total: 1,
    query: 'hello',
  })

  const react = (action: string) =>
    nothingIgnored(ben.post('/api/messages/reactions', { messageId: sent.id, emoji: '👍', action }))
  const reactions = async () => (await answered(200, page(1))).messages[0].reactions
  for (const [action, count] of [
    ['add', 1],
    ['add', 1],
    ['remove', 0],
    ['remove', 0],
  ] as const) {
    assert.ok('reaction' in (await answered(200, react(action))))
    assert.equal((await reactions()).length, count, `after ${action}`)
  }
  await answered(200, nothingIgnored(ana.delete('/api/messages', { messageId: sent.id })))
  await refused(403, ben.delete('/api/messages', { messageId: first.messages[0].id }))
}

/** `createPoll`, `votePoll`. */
export async function polls(ana: ChatUser, ben: ChatUser, chatId: string): Promise<void> {
  const form = { chatId, question: 'Lunch?', options: ['Yes', 'No'], anonymous: false, multipleVotes: false }
  const { poll } = await answered(201, nothingIgnored(ana.post('/api/polls', form)))
  assertShape(poll, {
    id: anId,
    question: 'Lunch?',
    options: [
      { id: anId, text: 'Yes' },
      { id: anId, text: 'No' },
    ],
  })
  const vote = ben.put('/api/polls', { pollId: poll.id, optionId: poll.options[0].id })
  const voted = (await answered(200, nothingIgnored(vote))).poll
  assert.equal(voted.options[0].votes, 1)
}

/** `getProfile`, `updateProfile`, `verifyUser`, `uploadFile`, `getAdminStats`, `logout`. */
export async function account(ana: ChatUser, ben: ChatUser): Promise<void> {
  const changes = { displayName: 'Ana L', about: 'Sails', pronouns: 'she/her', avatar: 'https://example.com/a.png' }
  const { user } = await answered(200, nothingIgnored(ana.put('/api/users/profile', changes)))
  assertShape(user, { id: ana.id, displayName: 'Ana L', about: 'Sails', pronouns: 'she/her' })
  assertShape((await answered(200, ana.get('/api/users/profile'))).user, { id: ana.id, displayName: 'Ana L' })
  const other = (await answered(200, ben.get(`/api/users/profile?userId=${ana.id}`))).user
  assertShape(other, { id: ana.id, displayName: 'Ana L' })
  assert.ok(!('email' in other), 'the address of another is private')

  await answered(200, ana.post('/api/users/verify', { method: 'email', step: 'send', contact: ana.email }))
  const guess = { method: 'email', step: 'verify', contact: ana.email, code: '000000' }
  await refused(400, ana.post('/api/users/verify', guess))
  await refused(400, ana.post('/api/users/verify', { method: 'email', step: 'send', contact: ben.email }))

  const form = new FormData()
  form.append('file', new File(['hello'], 'hello.txt', { type: 'text/plain' }))
  const { file } = await answered(201, nothingIgnored(ana.post('/api/upload', form)))
  assertShape(file, { id: anId, name: 'hello.txt', size: 5, url: aText })
  await refused(403, ana.get('/api/admin/stats'))
  await answered(200, ben.post('/api/auth/logout'))
  await refused(401, ben.get('/api/chats'))
}

/** `getVideoToken`, `endVideoCall`. The identity that it sends is not believed. */
export async function videoCalls(ana: ChatUser): Promise<void> {
  const roomName = `room-${ana.id}`
  const ask = ana.post('/api/video-calls/token', { roomName, participantName: 'Cleo Marin', identity: 'user_1' })
  assertShape(await answered(200, ask), { token: aText, roomName, expiresIn: 14_400 })
  const end = ana.post('/api/video-calls/end', { roomName, participantId: ana.id })
  assertShape(await answered(200, end), { success: true, callDuration: aNumber })
}

/** Its socket: frames of `{ type, payload }`. */
export async function live(url: string, ana: ChatUser, ben: ChatUser, chatId: string): Promise<void> {
  const address = `${url.replace('http', 'ws')}/compat/chat/ws`
  const [mine, theirs] = [new WebSocket(address, ['bearer', ana.token]), new WebSocket(address, ['bearer', ben.token])]
  const opened = (socket: WebSocket) =>
    new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  const next = (type: string) =>
    new Promise<Answer['body']>((resolve, reject) => {
      theirs.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(data)
        if (frame.type === type) resolve(frame.payload)
      })
      setTimeout(() => reject(new Error(`${type} did not arrive.`)), 30_000).unref()
    })
  try {
    await Promise.all([opened(mine), opened(theirs)])
    const [typing, received] = [next('user:typing'), next('message:received')]
    mine.send(JSON.stringify({ type: 'user:typing', payload: { chatId } }))
    assertShape(await typing, { chatId, userId: ana.id })
    // The sender is the user of the session.
    const payload = { chatId, content: 'By socket', senderId: ben.id }
    mine.send(JSON.stringify({ type: 'message:send', payload }))
    assertShape(await received, { chatId, senderId: ana.id, content: 'By socket' })
  } finally {
    mine.close()
    theirs.close()
  }
}
