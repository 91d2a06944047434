import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedTestServer } from '../../../test/server.ts'
import { openSocket } from '../../../test/sockets.ts'

const server = await sharedTestServer()
const address = `${server.url.replace('http', 'ws')}/ws`

const contact = { first_name: 'Ana', last_name: 'Silva', phone_number: '+14155550123' }

test('members receive the events of their workspace live; others do not', async () => {
  const [ana, eve] = [await server.signUp(), await server.signUp()]
  const ben = await server.addMember(ana, 'agent')
  const [hers, foreign] = [
    await openSocket(address, { token: ben.token }),
    await openSocket(address, { token: eve.token }),
  ]
  const { body } = await ana.post('/api/contacts', contact)
  assert.deepEqual((await hers.next('contact:new')).data, { contact_id: body.id })
  await eve.post('/api/contacts', contact)
  const own = await foreign.next('contact:new')
  assert.notEqual(own.data.contact_id, body.id)
})

test('signing out closes the socket', async () => {
  const ana = await server.signUp()
  const socket = await openSocket(address, { token: ana.token })
  await ana.post('/api/auth/logout')
  assert.equal(await socket.closed, 4401)
})

test('a ticket of the API opens a socket', async () => {
  const ana = await server.signUp()
  const { status, body } = await ana.post('/api/realtime/tickets')
  assert.deepEqual([status, body.expires_in], [200, 30])
  const socket = await openSocket(`${address}?ticket=${body.ticket}`)
  socket.send('ping')
  await socket.next('pong')
  assert.equal((await server.anyone.post('/api/realtime/tickets')).status, 401)
})

test('an API key gets neither a socket nor a ticket, and the reason', async () => {
  const ana = await server.signUp()
  const { body } = await ana.post('/api/api-keys', { name: 'agent', scopes: ['contacts:read'] })
  const socket = await openSocket(address, { token: body.key })
  assert.equal(await socket.closed, 4403)
  assert.match(await socket.reason, /signed-in user/)
})
