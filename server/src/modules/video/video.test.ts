import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { findEachOther } from '../../../test/find-each-other.ts'
import { type SignedUp, startTestServer } from '../../../test/server.ts'
import { type TestFrame, openSocket } from '../../../test/sockets.ts'
import { readConfig } from '../../config.ts'
import { serverContext } from '../../platform/services.ts'
import { iceServers } from './ice-servers.ts'
import { endAbandonedCalls, endStaleCalls, missRinging } from './jobs.ts'
import { signLiveKit, signTwilio } from './tokens.ts'
import { type CallSignal, type CallStatus, transitions } from './transitions.ts'

const server = await startTestServer({ TURN_URLS: 'turn:turn.example.com:3478?transport=udp', TURN_SECRET: 'north' })
const { pool } = server.app.services.connections
const everywhere = serverContext(server.app.services, { workspaceId: null })
const [ana, ben, cleo, dora] = await Promise.all([server.signUp(), server.signUp(), server.signUp(), server.signUp()])
await findEachOther(ana, ben, cleo, dora)
/** A client that sends a command receives frames from then on. */
const connect = async ({ token }: SignedUp) => {
  const socket = await openSocket(`${server.url.replace('http', 'ws')}/ws`, { token })
  socket.send('ping')
  return socket
}

const chatOf = async (...others: SignedUp[]) => {
  const member_ids = others.map(({ userId }) => userId)
  return (await ana.post('/api/chats', { type: 'group', name: 'Night shift', member_ids })).body.id as string
}
const enter = async (who: SignedUp, room: object) => {
  const { status, body, text } = await who.post('/api/video-calls/token', room)
  assert.equal(status, 200, text)
  return body
}
const states = (call: { participants: { user_id: string; state: string }[] }) =>
  Object.fromEntries(call.participants.map(({ user_id, state }) => [user_id, state]))
const hangUp = (who: SignedUp, room_name: string) => who.post('/api/video-calls/end', { room_name })
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))

test('the first token makes the call ring, the second answers it, and hanging up ends it with its duration', async () => {
  const chat_id = await chatOf(ben)
  const hers = await enter(ana, { chat_id })
  assert.deepEqual([hers.provider, hers.identity, hers.call.status], ['mesh', ana.userId, 'ringing'])
  assert.match(hers.url, /^ws:\/\/.*\/ws$/)
  assert.equal(Math.round((Date.parse(hers.expires_at) - Date.now()) / 3_600_000), 4)
  assert.equal(hers.call.participant_id, ben.userId)
  assert.equal((await dora.post('/api/video-calls/token', { chat_id })).status, 404)
  assert.equal((await dora.post('/api/video-calls/token', { room_name: hers.room_name })).status, 404)
  const his = await enter(ben, { room_name: hers.room_name })
  assert.deepEqual([his.call.id, his.call.status], [hers.call_id, 'accepted'])
  await pool.query("update video.calls set answered_at = now() - interval '90 s' where id = $1", [hers.call_id])
  const { body } = await hangUp(ben, hers.room_name)
  assert.deepEqual([body.status, body.duration_seconds], ['ended', 90])
  assert.deepEqual(states(body), { [ana.userId]: 'left', [ben.userId]: 'left' })
  assert.deepEqual((await hangUp(ana, hers.room_name)).body, body, 'hanging up twice has no effect')
  assert.deepEqual((await ben.get(`/api/video-calls?chat_id=${chat_id}`)).body.data, [body])
  assert.notEqual((await enter(ana, { chat_id })).call_id, hers.call_id, 'a new call')
})

test('a participant who disconnects without hanging up has left; the call ended when they disconnected', async () => {
  const chat_id = await chatOf(ben, cleo)
  const { call_id } = await enter(ana, { chat_id })
  for (const who of [ben, cleo]) await enter(who, { chat_id })
  // They joined three minutes ago. Ben's socket closed after one minute, Cleo's after two.
  const wasOnline = (who: SignedUp, ago: string) =>
    pool.query(
      `insert into chat.presence (user_id, node_id, online_until) values ($1, gen_random_uuid(), now() - $2::interval)`,
      [who.userId, ago],
    )
  await pool.query("update video.calls set answered_at = now() - interval '3 min' where id = $1", [call_id])
  await pool.query("update video.participants set joined_at = now() - interval '3 min' where call_id = $1", [call_id])
  await endAbandonedCalls.run(everywhere, {})
  const shown = async () => (await ana.get(`/api/video-calls/${call_id}`)).body
  assert.equal((await shown()).status, 'accepted', 'a participant without any socket stays')
  await wasOnline(ben, '2 min')
  await endAbandonedCalls.run(everywhere, {})
  const afterBen = await shown()
  assert.deepEqual([afterBen.status, states(afterBen)[ben.userId]], ['accepted', 'left'])
  await wasOnline(cleo, '-90 s')
  await endAbandonedCalls.run(everywhere, {})
  assert.equal((await shown()).status, 'accepted', 'two participants are connected')
  await pool.query(
    `update chat.presence set online_until = (select answered_at from video.calls where id = $2) + interval '120 s'
      where user_id = $1`,
    [cleo.userId, call_id],
  )
  await endAbandonedCalls.run(everywhere, {})
  const ended = await shown()
  assert.deepEqual([ended.status, ended.duration_seconds], ['ended', 120])
  await pool.query('delete from chat.presence where user_id = any ($1)', [[ben.userId, cleo.userId]])
})

test('an unanswered call is missed, a declined call is declined, and both last 0 seconds', async () => {
  const chat_id = await chatOf(ben, cleo)
  const first = await enter(ana, { chat_id })
  const cancelled = (await hangUp(ana, first.room_name)).body
  assert.deepEqual(
    [cancelled.status, cancelled.duration_seconds, states(cancelled)[ben.userId]],
    ['missed', 0, 'missed'],
  )
  const second = await enter(ana, { chat_id })
  assert.equal((await ben.post(`/api/video-calls/${second.call_id}/decline`)).body.status, 'ringing')
  assert.equal((await ben.post(`/api/video-calls/${second.call_id}/decline`)).status, 409)
  const declined = (await hangUp(cleo, second.room_name)).body
  assert.deepEqual([declined.status, declined.duration_seconds], ['declined', 0])
  assert.equal((await ben.post(`/api/video-calls/${second.call_id}/accept`)).status, 409)
  const third = await enter(ana, { chat_id })
  await missRinging.run(everywhere, { call_id: third.call_id })
  assert.equal((await ben.get(`/api/video-calls/${third.call_id}`)).body.status, 'ringing', 'it still has time')
  await pool.query('update video.calls set ring_expires_at = now() where id = $1', [third.call_id])
  assert.equal((await ben.get(`/api/video-calls/${third.call_id}`)).body.status, 'missed', 'at once')
  assert.equal((await ben.post(`/api/video-calls/${third.call_id}/accept`)).status, 409)
  await missRinging.run(everywhere, { call_id: third.call_id })
  const { rows } = await pool.query('select status from video.calls where id = $1', [third.call_id])
  assert.deepEqual(rows, [{ status: 'missed' }])
  assert.equal((await dora.get(`/api/video-calls/${third.call_id}`)).status, 404)
})

test('in a group one hangs up and the others go on; a forgotten call ends with its last token', async () => {
  const chat_id = await chatOf(ben, cleo)
  const { room_name, call_id } = await enter(ana, { chat_id })
  assert.equal((await ben.post(`/api/video-calls/${call_id}/accept`)).body.status, 'accepted')
  await enter(cleo, { chat_id })
  assert.equal((await hangUp(ben, room_name)).body.status, 'accepted')
  await enter(ben, { chat_id })
  await endStaleCalls.run(everywhere, {})
  assert.equal((await ana.get(`/api/video-calls/${call_id}`)).body.status, 'accepted')
  await pool.query("update video.calls set expires_at = now() - interval '1 s' where id = $1", [call_id])
  await endStaleCalls.run(everywhere, {})
  const { body } = await ana.get(`/api/video-calls/${call_id}`)
  assert.equal(body.status, 'ended')
  assert.deepEqual(new Set(Object.values(states(body))), new Set(['left']))
})

test('both call at the same moment: it is one call, and answered', async () => {
  const chat_id = await chatOf(ben)
  const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => enter(i % 2 ? ana : ben, { chat_id })))
  assert.equal(new Set(tokens.map(({ call_id }) => call_id)).size, 1)
  assert.equal((await ana.get(`/api/video-calls/${tokens[0].call_id}`)).body.status, 'accepted')
})

test('a room without a chat is for the workspace in which it was opened', async () => {
  const colleague = await server.addMember(ana, 'agent')
  const { room_name, call_id } = await enter(ana, { room_name: 'stand-up' })
  assert.equal((await hangUp(dora, room_name)).status, 404)
  const hers = await enter(dora, { room_name })
  assert.deepEqual([hers.room_name, hers.call.status], [room_name, 'ringing'], 'her workspace has one of the same name')
  assert.notEqual(hers.call_id, call_id)
  assert.equal((await enter(colleague, { room_name })).call.status, 'accepted')
  assert.equal((await hangUp(ana, room_name)).body.status, 'ended')
  await enter(ana, { room_name: 'alone' })
  const { body } = await hangUp(ana, 'alone')
  assert.deepEqual([body.status, body.duration_seconds], ['ended', 0])
  assert.equal((await ana.post('/api/video-calls/token', {})).status, 400)
})

test('a call of a chat does not take the place of a room by bearing its name', async () => {
  const chat_id = await chatOf(ben)
  const trap = await enter(ana, { chat_id, room_name: 'weekly' })
  const his = await enter(ben, { room_name: 'weekly' })
  assert.notEqual(his.call_id, trap.call_id)
  assert.equal((await hangUp(ana, 'weekly')).body.id, trap.call_id)
  assert.equal((await hangUp(ben, 'weekly')).body.id, his.call_id)
})

test('signals are sent only to participants of the room, and are not stored', async () => {
  const chat_id = await chatOf(ben, cleo)
  const [hers, his, idle] = [await connect(ana), await connect(ben), await connect(cleo)]
  const { token, room_name, call_id } = await enter(ana, { chat_id })
  // Frames of earlier calls may still arrive at the new sockets.
  const ofThis = (event: string) => (frame: TestFrame) => frame.event === event && frame.data.id === call_id
  await his.next(ofThis('call:ring'))
  his.send('call:signal', { room_name, signal: { type: 'offer' } })
  assert.equal((await his.next('error')).data.code, 'not_found', 'not in the room yet')
  his.send('call:join', { token })
  await his.next((frame) => frame.event === 'error' && frame.data.code === 'unauthorized')
  const mine = await enter(ben, { chat_id })
  await hers.next(ofThis('call:accepted'))
  his.send('call:join', { token: `${mine.token.slice(0, -3)}AAA` })
  his.send('call:join', { token: mine.token })
  assert.deepEqual((await his.next('call:joined')).data, { room_name, call_id, peers: [ana.userId] })
  assert.equal((await hers.next('call:peer')).data.user_id, ben.userId)
  const signal = { type: 'offer', sdp: 'v=0 secret-sdp' }
  his.send('call:signal', { room_name, to: ana.userId, signal })
  assert.deepEqual((await hers.next('call:signal')).data, { room_name, call_id, from: ben.userId, signal })
  hers.send('call:signal', { room_name, signal: { type: 'answer' } })
  assert.equal((await his.next('call:signal')).data.signal.type, 'answer')
  hers.send('call:signal', { room_name, to: cleo.userId, signal: {} })
  await hers.next((frame: TestFrame) => frame.event === 'error' && frame.data.code === 'not_found')
  await hangUp(ana, room_name)
  await idle.next(ofThis('call:ended'))
  assert.deepEqual(
    idle.frames.filter(({ event }) => event === 'call:signal'),
    [],
  )
  const { rows } = await pool.query("select from platform.events where data::text like '%secret-sdp%'")
  assert.equal(rows.length, 0)
  for (const socket of [hers, his, idle]) socket.drop()
})

test('a blocked user cannot call', async () => {
  const { body } = await ana.post('/api/chats', { type: 'dm', member_ids: [dora.userId] })
  await dora.post('/api/users/blocks', { user_id: ana.userId })
  assert.equal((await ana.post('/api/video-calls/token', { chat_id: body.id })).status, 403)
})

test('TURN credentials follow the scheme of coturn, and expire', async () => {
  const { video } = readConfig({
    DATA_DIR: '/tmp/switchboard-video',
    TURN_URLS: 'turn:a, turns:b:5349',
    TURN_SECRET: 'north',
  })
  assert.deepEqual(iceServers(video, 'alice', 1_700_000_000), [
    { urls: ['turn:a', 'turns:b:5349'], username: '1700000000:alice', credential: 'Cd/49soE35ICqcJF/bCTn8Z4OyE=' },
  ])
  const { ice_servers } = await enter(cleo, { room_name: 'turn' })
  assert.equal(ice_servers[0].username.split(':')[1], cleo.userId)
})

test('tokens for LiveKit and Twilio have the claims that their servers expect', () => {
  const admission = { identity: 'ana', name: 'Ana', room: 'r', issuedAt: 1000, expiresAt: 15_400 }
  const verified = (token: string, secret: string) => {
    const [header, payload, signature] = token.split('.')
    assert.equal(createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url'), signature)
    return [JSON.parse(Buffer.from(header ?? '', 'base64url').toString()), claimsOf(token)]
  }
  assert.deepEqual(verified(signLiveKit({ apiKey: 'APIkey', apiSecret: 's' }, admission), 's'), [
    { alg: 'HS256', typ: 'JWT' },
    {
      iss: 'APIkey',
      sub: 'ana',
      name: 'Ana',
      nbf: 1000,
      exp: 15_400,
      video: { room: 'r', roomJoin: true, canPublish: true, canSubscribe: true, canPublishData: true },
    },
  ])
  assert.deepEqual(verified(signTwilio({ accountSid: 'AC1', apiKey: 'SK1', apiSecret: 's' }, admission), 's'), [
    { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' },
    {
      jti: 'SK1-1000',
      iss: 'SK1',
      sub: 'AC1',
      iat: 1000,
      exp: 15_400,
      grants: { identity: 'ana', video: { room: 'r' } },
    },
  ])
})

test('a selected provider without its settings fails at the start', () => {
  const read = (env: Record<string, string>) => () => readConfig({ DATA_DIR: '/tmp/switchboard-video', ...env })
  assert.throws(read({ VIDEO_PROVIDER: 'livekit' }), /LIVEKIT_URL is needed/)
  assert.throws(read({ VIDEO_PROVIDER: 'zoom' }), /VIDEO_PROVIDER must be/)
  assert.throws(read({ TURN_URLS: 'turn:a' }), /TURN_SECRET is needed/)
  assert.throws(read({ TURN_URLS: 'http://a', TURN_SECRET: 's' }), /TURN_URLS holds/)
  const { video } = read({
    VIDEO_PROVIDER: 'livekit',
    LIVEKIT_URL: 'wss://lk',
    LIVEKIT_API_KEY: 'k',
    LIVEKIT_API_SECRET: 's',
  })()
  assert.equal(video.provider.kind, 'livekit')
})

test('a call that has ended accepts no signal', () => {
  const signals: CallSignal[] = ['accept', 'decline', 'time_out', 'cancel', 'hang_up']
  const over: CallStatus[] = ['declined', 'missed', 'ended']
  for (const status of over) for (const signal of signals) assert.equal(transitions[status][signal], undefined)
  assert.equal(transitions.accepted.decline, undefined)
})
