import assert from 'node:assert/strict'
import { aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { FrontEnd, Person } from '../front-end.ts'

export const send = (person: FrontEnd, chat_id: string, more: object) =>
  person.post('/api/messages/send', { chat_id, type: 'text', ...more })

export async function messages(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
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

  // A resend after a lost response is the same message.
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
  assertShape(await found(ben, `harbour&chat_id=${chat_id}`), { data: [{ id: first.id }] })
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

  assertShape(await answered(200, ana.delete(`/api/messages?message_id=${secret.id}`)), { success: true })

  await refused(400, send(ana, chat_id, {}), 'body.content')
  await refused(400, send(ana, chat_id, { content: 5 }), 'body.content')
  await refused(400, send(ana, chat_id, { type: 'smoke', content: 'x' }), 'body.type')
  await refused(400, send(ana, chat_id, { content: 'x', visibility: 'hidden' }), 'body.visibility')
  await refused(400, ana.post('/api/messages/send', { content: 'x' }), 'body.chat_id')
  await refused(404, send(dora, chat_id, { content: 'Let me in' }))
  await refused(404, send(ana, unknownId, { content: 'x' }))
  await refused(400, ana.get('/api/messages'), 'query.chat_id')
  await refused(404, read(dora))
}

export async function files(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
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

export async function reactions(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
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

export async function polls(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
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

  const soon = new Date(Date.now() + 3_600_000).toISOString()
  const secretly = await answered(201, post({ ...asked, multiple: true, anonymous: true, closes_at: soon }))
  assertShape(secretly, { multiple: true, anonymous: true, closes_at: anInstant, closed: false })
  const both = secretly.options.map(({ id }: { id: string }) => id)
  const anonymous = { votes: 1, voter_ids: null }
  assertShape(await answered(200, vote(ben, both, secretly.id)), { options: [anonymous, anonymous], voters: 1 })
  await refused(400, post({ ...asked, question: undefined }), 'body.question')
  await refused(400, post({ ...asked, options: ['Soup'] }), 'body.options')
  await refused(400, post({ ...asked, options: 'Soup' }), 'body.options')
  await refused(404, post({ ...asked, chat_id: unknownId }))
  await refused(400, vote(ben, [soup.id, salad.id]), 'body.option_ids')
  await refused(400, vote(ben, [unknownId]), 'body.option_ids')
  await refused(404, vote(dora, [soup.id]))
  await refused(404, vote(ben, [soup.id], unknownId))
}
