import assert from 'node:assert/strict'
import { aNumber, aText, anId, anInstant, answered, assertShape, refused, unknownId } from '../answers.ts'
import type { FrontEnd, Person } from '../front-end.ts'
import { send } from './messages.ts'

export async function live(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
  using outsider = await dora.listen()
  using hers = await ana.listen()
  hers.send('chat:join', { chat_id })
  outsider.send('chat:join', { chat_id })
  assertShape((await outsider.next('error')).data, { error: aText, code: 'not_found' })
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
  // A lost connection loses no events.
  const missed = await answered(201, send(ana, chat_id, { content: 'While you were away' }))
  using back = await ben.listen()
  back.send('resume', { after: lastId })
  await back.next('chat:message', ({ id }) => id === missed.id)
  await back.next('resumed')
  const again = back.frames.filter(({ event }) => event === 'chat:message')
  assert.deepEqual(
    again.map(({ data }) => data.id),
    [missed.id],
  )
  assert.deepEqual(
    outsider.frames.map(({ event }) => event),
    ['error'],
    'Users outside the chat receive nothing.',
  )
}

/** Browsers cannot send headers with a socket, so it opens with a ticket or with the token in the query. */
export async function waysIn(ana: Person): Promise<void> {
  const { ticket } = await answered(200, ana.post('/api/realtime/tickets'))
  for (const query of [`?ticket=${ticket}`, `?token=${ana.token}`]) {
    using socket = await ana.listen(query)
    socket.send('ping')
    await socket.next('pong')
  }
  for (const query of [`?ticket=${ticket}`, '?ticket=made-up', '?token=made-up'])
    assert.equal(await (await ana.listen(query)).closed(), 4401, query)
}

export async function videoCalls(ana: Person, ben: Person, dora: Person, chat_id: string): Promise<void> {
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
