import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { readConfig } from '../../config.ts'
import { createContext, transaction } from '../context.ts'
import { until } from '../../../test/until.ts'
import { createLog } from '../log.ts'
import type { Services } from '../services.ts'
import { connectionsOver } from './connections.ts'
import { createPool, replyWithinMs } from './open.ts'
import { statement } from './statement.ts'

// A database whose machine lost its power says nothing more: no reply, no end of the connection.

const config = readConfig({ DATA_DIR: path.join(tmpdir(), 'switchboard-silent') })
const log = createLog('silent')
const one = statement('silent.one', (db) => db.selectNoFrom((eb) => eb.lit(1).as('one')))

/** AuthenticationOk and ReadyForQuery. */
const hello = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49])

async function contextOnSilentServer(saysHello: boolean) {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => saysHello && socket.write(hello))
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const short = { database: { ...config.database, poolTimeoutMs: 200 } }
  const pool = createPool(short, log, { host: '127.0.0.1', port, user: 'x', max: 2 })
  const connections = connectionsOver(pool, { ...short.database, replyWithinMs: 200 })
  const services = { connections, now: () => new Date() } as unknown as Services
  const principal = { kind: 'server', workspaceId: null, userId: null } as const
  const entry = { access: 'public', workspaceId: null } as const
  return {
    ctx: createContext({ services, principal, entry, requestId: 'test', log }),
    connections,
    /** Both ends let go: none is kept for the next one to wait on. */
    async close() {
      await Promise.all(sockets.filter(({ closed }) => !closed).map((socket) => once(socket, 'close')))
      await until(
        'connection and place are given back',
        () => pool.totalCount === 0 && connections.places.active() === 0,
      )
      await pool.end()
      server.close()
    },
  }
}

test('a statement that gets no reply is a 503 in time, and its connection is closed', async () => {
  const { ctx, close } = await contextOnSilentServer(true)
  await assert.rejects(ctx.db.one(one, {}), { status: 503 })
  await assert.rejects(
    transaction(ctx, (ctx) => ctx.db.one(one, {})),
    { status: 503 },
  )
  await close()
})

test('a server that accepts no connection is a 503 in time', async () => {
  const { ctx, close } = await contextOnSilentServer(false)
  await assert.rejects(ctx.db.one(one, {}), { status: 503 })
  await close()
})

test('waiting for a connection and for a reply takes less than 10 s in all', () => {
  assert.ok(config.database.poolTimeoutMs + replyWithinMs < 10_000)
})
