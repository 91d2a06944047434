import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { ourFrames, outgoingFrame } from './frame-codec.ts'
import { createSocket } from './socket.ts'

let server: WebSocketServer
before(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
})
after(() => server.close())

async function pair(options: { autoPong: boolean }) {
  const accepted = once(server, 'connection')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, options)
  const [ws] = (await accepted) as [WebSocket]
  await once(client, 'open')
  const taken: unknown[] = []
  const socket = createSocket(ws, ourFrames, {
    message: async (_event, data) => void taken.push(data),
    closed: () => {},
  })
  return { client, ws, socket, taken }
}

test('a peer that answers no ping is dropped at the next one, a peer that does stays', async () => {
  const dead = await pair({ autoPong: false })
  const pinged = once(dead.client, 'ping')
  dead.socket.checkAlive()
  await pinged
  assert.ok(dead.socket.isOpen())
  const closed = once(dead.client, 'close')
  dead.socket.checkAlive()
  await closed

  const alive = await pair({ autoPong: true })
  for (let i = 0; i < 3; i++) {
    const ponged = once(alive.ws, 'pong')
    alive.socket.checkAlive()
    await ponged
  }
  assert.ok(alive.socket.isOpen())
  alive.client.terminate()
})

test('what is sent slowly arrives whole although the client pauses', async () => {
  const { client, socket } = await pair({ autoPong: true })
  const frame = outgoingFrame('blob', { text: 'x'.repeat(100_000) })
  let received = 0
  client.on('message', () => received++)
  client.pause()
  const sending = (async () => {
    for (let i = 0; i < 100; i++) await socket.sendSlowly(frame)
  })()
  client.resume()
  await sending
  assert.ok(socket.isOpen())
  const ponged = once(client, 'pong')
  client.ping()
  await ponged
  assert.equal(received, 100)
  client.terminate()
})

test('long frames count as many, and one of too many values is not parsed', async () => {
  const { client, taken } = await pair({ autoPong: true })
  const answers: { data: { code: string } }[] = []
  client.on('message', (content) => answers.push(JSON.parse((content as Buffer).toString('utf8'))))
  // No JSON: a parser would say so.
  client.send('[],'.repeat(2_000))
  const long = JSON.stringify({ event: 'blob', data: 'x'.repeat(60_000) })
  for (let i = 0; i < 13; i++) client.send(long)
  const ponged = once(client, 'pong')
  client.ping()
  await ponged
  assert.deepEqual(
    answers.map(({ data }) => data.code),
    ['too_many_values', 'too_many_messages'],
  )
  // The burst is a hundred messages, and each of these counts as eight.
  assert.equal(taken.length, 12)
  client.terminate()
})
