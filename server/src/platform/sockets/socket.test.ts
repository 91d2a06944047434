import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
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
  const socket = createSocket(ws, { message: async () => {}, closed: () => {} })
  return { client, ws, socket }
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
  const frame = Buffer.from(JSON.stringify({ event: 'blob', data: 'x'.repeat(100_000) }))
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
