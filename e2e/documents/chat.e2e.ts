import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../until.ts'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from './answers.ts'
import { testDocument } from './document.ts'
import type { Scene } from './document.ts'
import { asPerson } from './front-end.ts'
import type { FrontEnd, Person } from './front-end.ts'

testDocument(
  {
    name: 'Seed 001, chat and video',
    open: ['POST /api/auth/register', 'POST /api/auth/login', 'POST /api/auth/refresh'],
    signedIn: [
      'POST /api/auth/logout',
      'GET /api/auth/me',
      'GET /api/messages',
      'POST /api/messages/send',
      'DELETE /api/messages',
      'GET /api/messages/search',
      'POST /api/messages/reactions',
      'POST /api/messages/read',
      'GET /api/chats',
      'POST /api/chats',
      'GET /api/chats/:id',
      'PATCH /api/chats/:id',
      'GET /api/chats/:id/members',
      'POST /api/chats/:id/members',
      'DELETE /api/chats/:id/members/:userId',
      'POST /api/chats/:id/leave',
      'GET /api/users/profile',
      'PUT /api/users/profile',
      'POST /api/users/verify',
      'GET /api/users/search',
      'GET /api/users/blocks',
      'POST /api/users/blocks',
      'DELETE /api/users/blocks',
      'POST /api/video-calls/token',
      'POST /api/video-calls/end',
      'GET /api/video-calls',
      'POST /api/polls',
      'PUT /api/polls',
      'GET /api/admin/stats',
      'GET /api/admin/users',
      'POST /api/admin/users/:id/suspend',
      'POST /api/admin/users/:id/unsuspend',
      'POST /api/admin/users/:id/ban',
      'POST /api/admin/users/:id/verify',
      'GET /api/admin/reports',
      'PATCH /api/admin/reports/:id',
      'POST /api/reports',
      'POST /api/upload',
      'GET /api/uploads/:id/:filename',
    ],
    withoutInput: ['POST /api/auth/logout', 'GET /api/auth/me', 'GET /api/users/profile'],
    sent: ['chat:join', 'chat:typing', 'chat:read', 'presence', 'call:join', 'call:signal', 'resume', 'ping'],
    received: [
      'chat:message',
      'chat:message:deleted',
      'chat:reaction',
      'chat:read',
      'chat:typing',
      'poll:update',
      'presence',
      'call:ring',
      'call:joined',
      'call:signal',
      'call:ended',
      'error',
      'resumed',
      'pong',
    ],
  },
  async (scene) => {
    const { step } = scene
    // Ana and Ben chat; Dora is a stranger.
    const ben = await scene.signUp({ name: 'Ben Okafor', username: 'ben' })
    const dora = await scene.signUp({ name: 'Dora Dahl' })
    let ana!: Person
    let dm!: string
    await step('authentication', async () => {
      ana = await authentication(scene)
    })
    await step('profile', () => profile(ana, ben))
    await step('verification of e-mail address and telephone', () => verification(scene, ana))
    await step('finding and blocking people', () => people(ana, ben))
    await step('chats', async () => {
      dm = await chats(ana, ben, dora)
    })
    await step('messages', () => messages(ana, ben, dora, dm))
    await step('files', () => files(ana, ben, dora, dm))
    await step('reactions', () => reactions(ana, ben, dora, dm))
    await step('polls', () => polls(ana, ben, dora, dm))
    await step('live messages', () => live(ana, ben, dora, dm))
    await step('video calls', () => videoCalls(ana, ben, dora, dm))
    await step('administration', () => administration(scene, ana, ben, dora))
    await step('logout', async () => {
      assertShape(await answered(200, ana.post('/api/auth/logout')), { success: true, message: aText })
      await refused(401, ana.get('/api/auth/me'))
    })
  },
)

async function authentication({ visitor, url, notes }: Scene): Promise<Person> {
  const credentials = { email: 'ana@example.com', password: 'correct horse battery' }
  const register = (body: object) => visitor.post('/api/auth/register', body)
  const made = await answered(201, register({ ...credentials, username: 'ana', display_name: 'Ana' }))
  const session = { token: aText, refresh_token: aText, token_type: 'Bearer', expires_in: 24 * 3600 }
  const user = { id: anId, email: credentials.email, username: 'ana', display_name: 'Ana', is_admin: false }
  assertShape(made, { ...session, user })
  await refused(409, register({ ...credentials, username: 'another' }))
  await refused(409, register({ email: 'new@example.com', password: credentials.password, username: 'ana' }))
  await refused(400, register({ password: credentials.password }), 'body.email')
  await refused(400, register({ email: 'new@example.com', password: '12345' }), 'body.password')
  await refused(400, register({ ...credentials, username: 'a b' }), 'body.username')

  const login = await visitor.post('/api/auth/login', credentials)
  assertShape(login.body, { ...session, user })
  await refused(401, visitor.post('/api/auth/login', { ...credentials, password: 'wrong horse' }))
  await refused(400, visitor.post('/api/auth/login', { password: 'x' }), 'body.email')

  // Secure session cookies, which a page cannot read, and which no other site can use.
  const cookies = login.headers.getSetCookie()
  for (const cookie of cookies) assert.match(cookie, /; ?HttpOnly/i)
  const cookie = cookies.map((line) => line.split(';')[0]).join('; ')
  assertShape(await answered(200, visitor.get('/api/auth/me', { cookie })), user)
  const foreign = { cookie, origin: 'https://evil.example.com' }
  await refused(403, visitor.put('/api/users/profile', { display_name: 'Mallory' }, foreign))
  await answered(200, visitor.put('/api/users/profile', { display_name: 'Ana' }, { cookie, origin: url }))

  const { refresh_token } = made
  const fresh = await answered(200, visitor.post('/api/auth/refresh', { refresh_token }))
  assertShape(fresh, { ...session, user })
  assert.notEqual(fresh.refresh_token, refresh_token)
  await refused(401, visitor.post('/api/auth/refresh', { refresh_token: 'none' }))
  return asPerson(url, notes, credentials, login.body)
}

async function profile(ana: Person, ben: Person): Promise<void> {
  const mine = {
    id: ana.id,
    email: ana.email,
    username: 'ana',
    display_name: 'Ana',
    avatar_url: null,
    email_verified: false,
    phone_verified: false,
    status: null,
    status_expires_at: null,
    badges: [],
    online: false,
    created_at: anInstant,
    updated_at: anInstant,
  }
  const put = (body: object) => ana.put('/api/users/profile', body)
  assertShape(await answered(200, ana.get('/api/users/profile')), mine)
  const tonight = new Date(Date.now() + 6 * 3_600_000).toISOString()
  const changes = { display_name: 'Ana L.', status: 'In a meeting', status_expires_at: tonight }
  const changed = { ...mine, display_name: 'Ana L.', status: 'In a meeting', status_expires_at: anInstant }
  assertShape(await answered(200, put({ ...changes, email_verified: true, is_admin: true })), changed)
  assertShape(await answered(200, ana.get('/api/users/profile')), changed)
  assertShape(await answered(200, put({ status: '', phone: '+14155550123' })), { status: null, phone: '+14155550123' })
  await refused(409, put({ username: 'ben' }))
  await refused(400, put({ username: 'a b' }), 'body.username')
  await refused(400, put({ display_name: ['Ana'] }), 'body.display_name')
  await refused(400, put({ status: 'Gone', status_expires_at: '2020-01-01T00:00:00Z' }), 'body.status_expires_at')
  assertShape(await answered(200, ben.get('/api/users/profile')), { username: 'ben', status: null })
}

/** Without a mail server the operator reads the code at the terminal. */
async function verification({ folder }: Scene, ana: Person): Promise<void> {
  const verify = (body: object) => ana.post('/api/users/verify', body)
  const codeFor = async (address: string) => {
    const wanted = new RegExp(`${address.replaceAll(/\W/g, '\\$&')}[^\\d]*(\\d{6}) is your code`)
    let code: string | undefined
    await until(`a code for ${address} was sent`, async () => {
      code = wanted.exec(await readFile(join(folder, 'switchboard.log'), 'utf8'))?.[1]
      return code !== undefined
    })
    return code!
  }
  await refused(400, verify({}), 'body.type')
  await refused(400, verify({ type: 'pigeon' }), 'body.type')
  for (const [type, address] of [
    ['email', ana.email],
    ['phone', '+14155550123'],
  ] as const) {
    assertShape(await answered(200, verify({ type })), { message: aText, type, expires_at: anInstant })
    const code = await codeFor(address)
    await refused(400, verify({ type, code: code === '000000' ? '111111' : '000000' }), 'body.code')
    assertShape(await answered(200, verify({ type, code })), { type, [`${type}_verified`]: true })
    await refused(409, verify({ type }))
  }
  assertShape(await answered(200, ana.get('/api/users/profile')), {
    email_verified: true,
    phone_verified: true,
    badges: ['email_verified', 'phone_verified'],
  })
}

async function people(ana: Person, ben: Person): Promise<void> {
  const find = (q: string) => answered(200, ana.get(`/api/users/search?q=${encodeURIComponent(q)}`))
  assertShape(await find('ben'), { data: [{ id: ben.id, name: 'Ben Okafor', username: 'ben', avatar_url: null }] })
  assertShape(await find(ben.email), { data: [{ id: ben.id }] })
  assertShape(await find('Okafor'), { data: [] }) // nobody is found by name among strangers
  await refused(400, ana.get('/api/users/search'), 'query.q')

  const block = (user_id: string) => ana.post('/api/users/blocks', { user_id })
  const blocked = { user_id: ben.id, name: 'Ben Okafor', created_at: anInstant }
  assertShape(await answered(201, block(ben.id)), blocked)
  assertShape(await answered(200, ana.get('/api/users/blocks')), { data: [blocked], next_cursor: null })
  await refused(400, ana.get('/api/users/blocks?limit=0'), 'query.limit')
  await refused(400, ana.post('/api/users/blocks', {}), 'body.user_id')
  await refused(400, block(ana.id), 'body.user_id')
  await refused(404, block(unknownId))
  assert.deepEqual(await answered(200, ana.delete('/api/users/blocks', { user_id: ben.id })), { success: true })
  await refused(404, ana.delete('/api/users/blocks', { user_id: ben.id }))
  assertShape(await answered(200, ana.get('/api/users/blocks')), { data: [] })
}

async function chats(ana: Person, ben: Person, dora: Person): Promise<string> {
  const post = (body: object) => ana.post('/api/chats', body)
  const dm = await answered(201, post({ type: 'dm', member_ids: [ben.id], created_by: ben.id }))
  const chat = {
    id: anId,
    type: 'dm',
    name: 'Ben Okafor',
    avatar_url: null,
    created_by: ana.id,
    archived: false,
    hidden: false,
    unread_count: 0,
    created_at: anInstant,
    updated_at: anInstant,
  }
  assertShape(dm, chat)
  assertShape(await answered(200, post({ type: 'dm', member_ids: [ben.id] })), { id: dm.id })
  assertShape(await answered(200, ben.get('/api/chats')), { data: [{ id: dm.id, name: 'Ana L.' }], next_cursor: null })
  assertShape(await answered(200, dora.get('/api/chats')), { data: [] })
  await refused(400, ana.get('/api/chats?limit=many'), 'query.limit')
  await refused(400, post({ member_ids: [ben.id] }), 'body.type')
  await refused(400, post({ type: 'channel' }), 'body.type')
  await refused(400, post({ type: 'group', member_ids: [ben.id] }), 'body.name')
  await refused(400, post({ type: 'dm', member_ids: [] }), 'body.member_ids')
  await refused(400, post({ type: 'dm', member_ids: 'ben' }), 'body.member_ids')
  await refused(404, post({ type: 'dm', member_ids: [unknownId] }))

  const { id } = await answered(201, post({ type: 'group', name: 'Night shift', member_ids: [ben.id] }))
  const one = `/api/chats/${id}`
  assertShape(await answered(200, ben.get(one)), { id, type: 'group', name: 'Night shift', member_count: 2 })
  assertShape(await answered(200, ana.patch(one, { name: 'Day shift', archived: true })), {
    name: 'Day shift',
    archived: true,
  })
  assertShape(await answered(200, ana.get('/api/chats')), { data: [{ id: dm.id }] })
  assertShape(await answered(200, ana.get('/api/chats?archived=true')), { data: [{ id }] })
  assertShape(await answered(200, ben.get(one)), { name: 'Day shift', archived: false }) // archiving is mine alone
  await refused(403, ben.patch(one, { name: "Ben's" }))
  await refused(400, ana.patch(one, { archived: 'yes' }), 'body.archived')

  await answered(200, ana.post(`${one}/members`, { member_ids: [dora.id] }))
  const members = await answered(200, dora.get(`${one}/members`))
  assert.deepEqual(
    members.data.map((member: { user_id: string; role: string }) => `${member.user_id} ${member.role}`).toSorted(),
    [`${ana.id} owner`, `${ben.id} member`, `${dora.id} member`].toSorted(),
  )
  await refused(400, ana.post(`${one}/members`, {}), 'body.member_ids')
  await refused(403, ben.post(`${one}/members`, { member_ids: [dora.id] }))
  await refused(403, ben.delete(`${one}/members/${dora.id}`))
  assert.deepEqual(await answered(200, ana.delete(`${one}/members/${dora.id}`)), { success: true })
  await refused(404, ana.delete(`${one}/members/${dora.id}`))
  for (const path of [one, `${one}/members`]) await refused(404, dora.get(path))
  await refused(404, dora.patch(one, { name: 'Mine' }))
  await refused(404, dora.post(`${one}/leave`))
  assert.deepEqual(await answered(200, ben.post(`${one}/leave`)), { success: true })
  await refused(404, ben.get(one))
  return dm.id
}

const send = (person: FrontEnd, chat_id: string, more: object) =>
  person.post('/api/messages/send', { chat_id, type: 'text', ...more })

async function messages(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
  const read = (person: Person, query = '') => person.get(`/api/messages?chat_id=${chat_id}${query}`)
  const first = await answered(201, send(ana, chat_id, { content: 'Lunch at the harbour?', sender_id: ben.id }))
  const message = {
    id: anId,
    chat_id,
    sender_id: ana.id,
    type: 'text',
    content: 'Lunch at the harbour?',
    status: 'sent',
    visibility: 'everyone',
    encrypted: false,
    reactions: [],
    created_at: anInstant,
    deleted: false,
  }
  assertShape(first, message)
  assertShape(await answered(200, read(ben)), { data: [message], next_cursor: null })
  assertShape(await answered(200, ben.get(`/api/chats/${chat_id}`)), {
    unread_count: 1,
    last_message: { id: first.id },
  })

  // A resend after a lost answer is the same message.
  const once = { content: 'Twelve.', reply_to: first.id, client_id: 'phone-17' }
  const second = await answered(201, send(ben, chat_id, once))
  assertShape(second, { reply_to: first.id, client_id: 'phone-17' })
  assertShape(await answered(201, send(ben, chat_id, once)), { id: second.id })
  const secret = await answered(201, send(ana, chat_id, { content: 'c2VjcmV0', encrypted: true }))
  const vanishing = { content: 'The door code is 1234', visibility: 'view_once' }
  const viewOnce = await answered(201, send(ana, chat_id, vanishing))
  assertShape((await answered(200, read(ben))).data[0], { id: viewOnce.id, visibility: 'view_once', content: null })
  await answered(
    201,
    send(ana, chat_id, { content: 'For a while', visibility: 'disappearing', expires_in_seconds: 60 }),
  )

  // Newest first; pages by cursor; before and after a message.
  const page = await answered(200, read(ana, '&limit=2'))
  assert.equal(page.data.length, 2)
  const rest = await answered(200, read(ana, `&cursor=${page.next_cursor}`))
  assertShape(rest.data, [{ id: secret.id, encrypted: true }, { id: second.id }, { id: first.id }])
  assertShape((await answered(200, read(ana, `&before=${second.id}`))).data, [{ id: first.id }])
  assert.equal((await answered(200, read(ana, `&after=${second.id}`))).data.length, 3)

  const found = (person: Person, q: string) => answered(200, person.get(`/api/messages/search?q=${q}`))
  assertShape(await found(ben, 'harbour'), { data: [{ id: first.id }] })
  assertShape(await found(dora, 'harbour'), { data: [] })
  assertShape(await found(ana, 'c2VjcmV0'), { data: [] })
  await refused(400, ana.get('/api/messages/search'), 'query.q')

  await answered(200, ben.post('/api/messages/read', { chat_id, message_id: viewOnce.id }))
  assertShape(await answered(200, ben.get(`/api/chats/${chat_id}`)), { unread_count: 1 })
  const [, , , , seen] = (await answered(200, read(ana))).data
  assertShape(seen, { id: first.id, status: 'read' })
  await refused(400, ben.post('/api/messages/read', {}), 'body.chat_id')
  await refused(404, dora.post('/api/messages/read', { chat_id }))

  const remove = (person: Person, body: object) => person.delete('/api/messages', body)
  await refused(403, remove(ben, { message_id: first.id }))
  await refused(404, remove(dora, { message_id: first.id }))
  await refused(404, remove(ana, { message_id: unknownId }))
  await refused(400, remove(ana, {}), 'body.message_id')
  assertShape(await answered(200, remove(ana, { message_id: first.id })), { success: true })
  assert.deepEqual((await answered(200, read(ben))).data.at(-1), { id: first.id, deleted: true })
  assertShape(await found(ben, 'harbour'), { data: [] })

  await refused(400, send(ana, chat_id, {}), 'body.content')
  await refused(400, send(ana, chat_id, { content: 5 }), 'body.content')
  await refused(400, send(ana, chat_id, { type: 'smoke', content: 'x' }), 'body.type')
  await refused(400, send(ana, chat_id, { content: 'x', visibility: 'nobody' }), 'body.visibility')
  await refused(400, ana.post('/api/messages/send', { content: 'x' }), 'body.chat_id')
  await refused(404, send(dora, chat_id, { content: 'Let me in' }))
  await refused(404, send(ana, unknownId, { content: 'x' }))
  await refused(400, ana.get('/api/messages'), 'query.chat_id')
  await refused(404, read(dora))
}

async function files(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
  const content = 'A quiet sea.'
  const upload = (person: FrontEnd, form: FormData) => person.post('/api/upload', form)
  const form = new FormData()
  form.append('file', new Blob([content], { type: 'text/plain' }), 'sea.txt')
  const file = await answered(201, upload(ana, form))
  assertShape(file, { id: anId, url: aText, filename: 'sea.txt', mime_type: aText, size_bytes: content.length })
  await refused(404, ben.get(file.url)) // not sent yet
  await refused(400, upload(ana, new FormData()))
  await refused(400, send(ben, chat_id, { type: 'document', file_id: file.id }), 'body.file_id')
  for (const type of ['image', 'voice', 'video', 'document', 'sticker']) {
    const message = await answered(201, send(ana, chat_id, { type, file_id: file.id, content: 'Look' }))
    assertShape(message, { type, file })
  }
  const received = await ben.get(file.url)
  assert.deepEqual([received.status, received.text], [200, content])
  await refused(404, dora.get(file.url))

  const large = new FormData()
  large.append('file', new Blob([new Uint8Array(50 * 1024 * 1024 + 1)]), 'large.bin')
  await refused(413, upload(ana, large))
}

async function reactions(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
  const message = await answered(201, send(ana, chat_id, { content: 'We won' }))
  const react = (person: Person, emoji: string, message_id = message.id) =>
    person.post('/api/messages/reactions', { message_id, emoji })
  await answered(200, react(ana, '🎉'))
  const both = { emoji: '🎉', count: 2, user_ids: [ana.id, ben.id] }
  assertShape(await answered(200, react(ben, '🎉')), { message_id: message.id, reactions: [both] })
  const [newest] = (await answered(200, ben.get(`/api/messages?chat_id=${chat_id}&limit=1`))).data
  assertShape(newest, { id: message.id, reactions: [both] })
  const mine = { emoji: '🎉', count: 1, user_ids: [ana.id] }
  assertShape(await answered(200, react(ben, '🎉')), { reactions: [mine] }) // once more takes it back
  await refused(400, ana.post('/api/messages/reactions', { message_id: message.id }), 'body.emoji')
  await refused(400, ana.post('/api/messages/reactions', { emoji: '🎉' }), 'body.message_id')
  await refused(404, react(dora, '🎉'))
  await refused(404, react(ana, '🎉', unknownId))
}

async function polls(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
  const post = (body: object) => ana.post('/api/polls', body)
  const asked = { chat_id, question: 'Lunch?', options: ['Soup', 'Salad'] }
  const poll = await answered(201, post(asked))
  const option = (text: string, votes: number) => ({ id: anId, text, votes })
  assertShape(poll, {
    id: anId,
    chat_id,
    question: 'Lunch?',
    options: [option('Soup', 0), option('Salad', 0)],
    multiple: false,
    anonymous: false,
    closes_at: null,
    created_by: ana.id,
  })
  const [soup, salad] = poll.options
  const vote = (person: Person, option_ids: unknown, poll_id = poll.id) =>
    person.put('/api/polls', { poll_id, option_ids })
  assertShape(await answered(200, vote(ben, [soup.id])), { options: [option('Soup', 1), option('Salad', 0)] })
  await answered(200, vote(ana, [soup.id]))
  const changed = { id: poll.id, options: [option('Soup', 1), option('Salad', 1)] }
  assertShape(await answered(200, vote(ben, [salad.id])), changed)
  const [newest] = (await answered(200, ben.get(`/api/messages?chat_id=${chat_id}&limit=1`))).data
  assertShape(newest, { type: 'poll', poll: changed })
  await refused(400, post({ ...asked, question: undefined }), 'body.question')
  await refused(400, post({ ...asked, options: ['Soup'] }), 'body.options')
  await refused(400, post({ ...asked, options: 'Soup' }), 'body.options')
  await refused(404, post({ ...asked, chat_id: unknownId }))
  await refused(400, vote(ben, [soup.id, salad.id]), 'body.option_ids')
  await refused(400, vote(ben, [unknownId]), 'body.option_ids')
  await refused(404, vote(dora, [soup.id]))
  await refused(404, vote(ben, [soup.id], unknownId))
}

async function live(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
  using stranger = await dora.listen()
  using hers = await ana.listen()
  hers.send('chat:join', { chat_id })
  stranger.send('chat:join', { chat_id })
  assertShape((await stranger.next('error')).data, { error: aText, code: 'not_found' })
  let lastId: string | undefined
  {
    using his = await ben.listen()
    his.send('presence', { status: 'online' })
    await hers.next('presence', ({ user_id, status }) => user_id === ben.id && status === 'online')
    assertShape(await answered(200, ben.get('/api/users/profile')), { online: true })
    his.send('chat:typing', { chat_id })
    await hers.next('chat:typing', (data) => data.chat_id === chat_id && data.user_id === ben.id)

    const message = await answered(201, send(ana, chat_id, { content: 'Are you there?' }))
    const frame = await his.next('chat:message', ({ id }) => id === message.id)
    assertShape(frame.data, { chat_id, sender_id: ana.id, content: 'Are you there?' })
    assertShape(frame.id, aText)
    his.send('chat:read', { chat_id, message_id: message.id })
    await hers.next('chat:read', (data) => data.chat_id === chat_id && data.user_id === ben.id)
    await answered(200, ben.post('/api/messages/reactions', { message_id: message.id, emoji: '👋' }))
    await hers.next('chat:reaction', ({ message_id }) => message_id === message.id)
    const poll = await answered(201, ana.post('/api/polls', { chat_id, question: 'Now?', options: ['Yes', 'No'] }))
    await answered(200, ben.put('/api/polls', { poll_id: poll.id, option_ids: [poll.options[0].id] }))
    await hers.next('poll:update', ({ id, options }) => id === poll.id && options[0].votes === 1)
    await answered(200, ana.delete('/api/messages', { message_id: message.id }))
    await his.next('chat:message:deleted', ({ message_id }) => message_id === message.id)
    his.send('ping')
    await his.next('pong')
    lastId = his.frames.findLast(({ id }) => id !== undefined)?.id
  }
  // Nothing is lost while the connection is.
  const missed = await answered(201, send(ana, chat_id, { content: 'While you were away' }))
  using back = await ben.listen()
  back.send('resume', { after: lastId })
  await back.next('resumed')
  const again = back.frames.filter(({ event }) => event === 'chat:message')
  assert.deepEqual(
    again.map(({ data }) => data.id),
    [missed.id],
  )
  assert.deepEqual(
    stranger.frames.map(({ event }) => event),
    ['error'],
    'Strangers hear nothing.',
  )
}

async function videoCalls(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
  const enter = (person: FrontEnd, room: object) => person.post('/api/video-calls/token', room)
  const end = (person: FrontEnd, room_name: unknown) => person.post('/api/video-calls/end', { room_name })
  using hers = await ana.listen()
  using his = await ben.listen()
  for (const socket of [hers, his]) socket.send('ping')
  const token = await answered(200, enter(ana, { chat_id }))
  const given = {
    token: aText,
    room_name: aText,
    identity: ana.id,
    provider: 'mesh',
    url: /^ws:.*\/ws$/,
    expires_at: anInstant,
  }
  assertShape(token, given)
  assert.ok(Array.isArray(token.ice_servers))
  const hours = (Date.parse(token.expires_at) - Date.now()) / 3_600_000
  assert.ok(hours > 3.9 && hours <= 4, 'A token is good for four hours.')
  const { room_name } = token
  await his.next('call:ring', (call) => call.room_name === room_name)
  const other = await answered(200, enter(ben, { room_name }))
  hers.send('call:join', { token: token.token })
  await hers.next('call:joined')
  his.send('call:join', { token: other.token })
  await his.next('call:joined', ({ peers }) => peers.includes(ana.id))
  his.send('call:signal', { room_name, to: ana.id, signal: { type: 'offer' } })
  assertShape((await hers.next('call:signal')).data, { from: ben.id, signal: { type: 'offer' } })

  const call = {
    id: anId,
    room_name,
    initiator_id: ana.id,
    participant_id: ben.id,
    status: 'ended',
    duration_seconds: aNumber,
    started_at: anInstant,
    ended_at: anInstant,
  }
  assertShape(await answered(200, end(ana, room_name)), call)
  await his.next('call:ended', (data) => data.room_name === room_name)
  assertShape(await answered(200, ben.get('/api/video-calls')), { data: [call], next_cursor: null })
  assertShape(await answered(200, dora.get('/api/video-calls')), { data: [] })
  await refused(400, ben.get('/api/video-calls?limit=0'), 'query.limit')

  const alone = await answered(200, enter(ana, { room_name: 'alone' }))
  assertShape(alone, { ...given, room_name: 'alone' })
  assertShape(await answered(200, end(ana, 'alone')), { duration_seconds: 0 })
  await refused(400, enter(ana, {}), 'body.room_name')
  await refused(400, enter(ana, { room_name: 'a room' }), 'body.room_name')
  await refused(404, enter(dora, { chat_id }))
  await refused(404, enter(ana, { chat_id: unknownId }))
  await refused(400, end(ana, undefined), 'body.room_name')
  await refused(404, end(ana, 'nowhere'))
  await refused(404, end(dora, room_name))
}

async function administration(scene: Scene, ana: Person, ben: Person, dora: Person): Promise<void> {
  const complaint = { subject_type: 'user', subject_id: dora.id, reason: 'spam', details: 'The same to everybody' }
  const report = { ...complaint, id: anId, status: 'open', created_at: anInstant }
  assertShape(await answered(201, ana.post('/api/reports', complaint)), report)
  await refused(400, ana.post('/api/reports', { ...complaint, reason: undefined }), 'body.reason')
  await refused(404, ana.post('/api/reports', { ...complaint, subject_id: unknownId }))

  const root = await scene.makeAdmin(await scene.signUp({ name: 'Root' }))
  const nobodys = ['GET stats', 'GET users', 'GET reports', `POST users/${ben.id}/ban`, `POST users/${ben.id}/verify`]
  for (const [method, path] of nobodys.map((line) => line.split(' ')))
    await refused(403, method === 'GET' ? ana.get(`/api/admin/${path}`) : ana.post(`/api/admin/${path}`, {}))

  const statistics = await answered(200, root.get('/api/admin/stats'))
  assertShape(statistics, {
    users: 4,
    active_users: 4,
    chats: 2,
    messages: aNumber,
    messages_today: aNumber,
    video_calls: 2,
    storage_bytes: aNumber,
  })
  assert.ok(statistics.messages >= 10 && statistics.messages_today <= statistics.messages)
  assert.ok(statistics.storage_bytes > 0)
  const sum = (what: 'users' | 'video_calls') =>
    statistics.per_day.reduce((total: number, day: Record<string, number>) => total + day[what]!, 0)
  assert.deepEqual([sum('users'), sum('video_calls')], [4, 2])

  const user = { id: dora.id, email: dora.email, suspended: false, banned: false, email_verified: false }
  assertShape(await answered(200, root.get('/api/admin/users?q=Dora')), { data: [user], next_cursor: null })
  await refused(400, root.get('/api/admin/users?limit=0'), 'query.limit')
  const act = (verb: string, id = dora.id) => root.post(`/api/admin/users/${id}/${verb}`, { reason: 'Spam' })
  assertShape(await answered(200, act('verify')), { ...user, email_verified: true })
  assertShape(await answered(200, act('suspend')), { suspended: true })
  await refused(401, dora.get('/api/auth/me'))
  const credentials = { email: dora.email, password: dora.password }
  await refused(403, scene.visitor.post('/api/auth/login', credentials))
  assertShape(await answered(200, act('unsuspend')), { suspended: false })
  await answered(200, scene.visitor.post('/api/auth/login', credentials))
  assertShape(await answered(200, act('ban')), { banned: true })
  await refused(403, scene.visitor.post('/api/auth/login', credentials))
  for (const verb of ['verify', 'suspend', 'unsuspend', 'ban']) await refused(404, act(verb, unknownId))
  await refused(409, act('ban', root.id))

  const { data } = await answered(200, root.get('/api/admin/reports?status=open'))
  assertShape(data, [{ ...report, reporter: { id: ana.id }, reported_user: { id: dora.id } }])
  const handled = { status: 'resolved', note: 'Banned', handled_by: root.id, handled_at: anInstant }
  const path = `/api/admin/reports/${data[0].id}`
  assertShape(await answered(200, root.patch(path, { status: 'resolved', note: 'Banned' })), handled)
  assertShape(await answered(200, root.get('/api/admin/reports')), { data: [handled] })
  await refused(400, root.patch(path, { status: 'forgotten' }), 'body.status')
  await refused(404, root.patch(`/api/admin/reports/${unknownId}`, { status: 'resolved' }))
  await refused(400, root.get('/api/admin/reports?status=lost'), 'query.status')
}
