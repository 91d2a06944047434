import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, beforeEach, test } from 'node:test'
import { findEachOther } from '../../../test/find-each-other.ts'
import { type SignedUp, startTestServer } from '../../../test/server.ts'
import { until } from '../../../test/until.ts'
import { serverContext } from '../../platform/services.ts'
import { removeWithoutAccess } from './access.ts'
import { twilio } from './provider.ts'

/** The requests that LiveKit's RoomService received, with the grants of their tokens. */
let requests: { method: string; body: Record<string, string>; video: Record<string, unknown> }[] = []
const liveKit = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => (text += chunk))
  request.on('end', () => {
    const method = request.url?.replace('/twirp/livekit.RoomService/', '') ?? ''
    requests.push({ method, body: JSON.parse(text), video: claimsOf(request.headers.authorization ?? '').video })
    response.writeHead(method === 'RemoveParticipant' ? 404 : 200, { 'content-type': 'application/json' }).end('{}')
  })
})
liveKit.listen(0, '127.0.0.1')
await once(liveKit, 'listening')
after(() => liveKit.close())

const server = await startTestServer({
  VIDEO_PROVIDER: 'livekit',
  LIVEKIT_URL: `ws://127.0.0.1:${(liveKit.address() as AddressInfo).port}`,
  LIVEKIT_API_KEY: 'key',
  LIVEKIT_API_SECRET: 'secret',
})
const [ana, eve] = await Promise.all([server.signUp(), server.signUp()])
await findEachOther(ana, eve)
const everywhere = serverContext(server.app.services, { workspaceId: null })
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
const enter = async (who: SignedUp, room: object) => {
  const { status, body, text } = await who.post('/api/video-calls/token', room)
  assert.equal(status, 200, text)
  return { ...body, claims: claimsOf(body.token) }
}
const hangUp = (who: SignedUp, room_name: string) => who.post('/api/video-calls/end', { room_name })
beforeEach(() => (requests = []))

test('each call has its own room at the provider, also under a name that was used before', async () => {
  const hers = await enter(eve, { room_name: 'daily' })
  const mine = await enter(ana, { room_name: 'daily' })
  assert.equal(mine.room_name, 'daily')
  assert.deepEqual(mine.claims.video.room, mine.call_id)
  assert.equal(mine.provider_room_name, mine.call_id)
  await hangUp(eve, 'daily')
  await hangUp(ana, 'daily')
  const later = await enter(ana, { room_name: 'daily' })
  assert.equal(new Set([hers, mine, later].map(({ claims }) => claims.video.room)).size, 3)
  assert.equal(Date.parse(later.expires_at), later.claims.exp * 1000)
  assert.equal(later.claims.exp - later.claims.nbf, 600, 'long enough to connect')
  await hangUp(ana, 'daily')
})

test('a call that has ended is closed at the provider', async () => {
  const { call_id } = await enter(ana, { room_name: 'short' })
  await hangUp(ana, 'short')
  await until('the room is closed', () => requests.some(({ body }) => body.room === call_id))
  const [closed] = requests.filter(({ body }) => body.room === call_id)
  assert.deepEqual([closed?.method, closed?.video.room, closed?.video.roomCreate], ['DeleteRoom', call_id, true])
})

test('a removed member is disconnected, gets no new token, and is disconnected again as long as the call lasts', async () => {
  const member = await server.addMember(ana, 'agent')
  const third = await server.addMember(ana, 'agent')
  const { call_id } = await enter(ana, { room_name: 'board' })
  await enter(member, { room_name: 'board' })
  await enter(third, { room_name: 'board' })
  assert.equal((await ana.delete(`/api/workspaces/${ana.workspaceId}/members/${member.userId}`)).status, 200)
  const removals = () => requests.filter(({ method, body }) => method === 'RemoveParticipant' && body.room === call_id)
  await until('the member is disconnected', () => removals().length > 0)
  assert.deepEqual(removals()[0]?.body, { room: call_id, identity: member.userId })
  const states = async () =>
    (await ana.get(`/api/video-calls/${call_id}`)).body.participants.map(
      ({ user_id, state }: { user_id: string; state: string }) => [user_id, state],
    )
  assert.deepEqual(Object.fromEntries(await states()), {
    [ana.userId]: 'joined',
    [member.userId]: 'left',
    [third.userId]: 'joined',
  })
  requests = []
  await removeWithoutAccess.run(everywhere, {})
  await until('they are disconnected again', () => removals().length > 0)
  await hangUp(third, 'board')
  await hangUp(ana, 'board')
})

test('a user who leaves a chat leaves its call; a call with one participant left ends', async () => {
  const { body: chat } = await ana.post('/api/chats', { type: 'group', name: 'Trio', member_ids: [eve.userId] })
  const { call_id } = await enter(ana, { chat_id: chat.id })
  await enter(eve, { chat_id: chat.id })
  await ana.delete(`/api/chats/${chat.id}/members/${eve.userId}`)
  await until('the call has ended', async () => (await ana.get(`/api/video-calls/${call_id}`)).body.status === 'ended')
  await until('both are done', () => new Set(requests.map(({ method }) => method)).size === 2)
})

test('requests to Twilio have its format', () => {
  const provider = { kind: 'twilio', accountSid: 'AC1', apiKey: 'SK1', apiSecret: 's' } as const
  const { url, body, headers } = twilio(provider, 'Rooms/c1/Participants/u1', 'disconnected')
  assert.deepEqual([url, body], ['https://video.twilio.com/v1/Rooms/c1/Participants/u1', 'Status=disconnected'])
  assert.equal(headers?.authorization, `Basic ${Buffer.from('SK1:s').toString('base64')}`)
})
