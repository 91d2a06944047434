import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openNodeDatabase, testLog } from '../../test/node.ts'
import type { OpenDatabase } from './database/open.ts'
import { type NodeBus, createNodeBus } from './nodes.ts'
import { ourFrames } from './sockets/frame-codec.ts'
import { createHub } from './sockets/hub.ts'

let database: OpenDatabase
let buses: NodeBus[] = []
before(async () => {
  database = await openNodeDatabase()
})
after(async () => {
  await Promise.all(buses.map((bus) => bus.stop()))
  await database.close()
})

/** A bus and the messages it receives; resolves when it listens. */
async function listening() {
  const bus = createNodeBus(database, testLog)
  buses.push(bus)
  const received: string[] = []
  const waiting = new Set<() => void>()
  const until = (fits: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => fits() && (waiting.delete(look), resolve())
      waiting.add(look)
      look()
    })
  bus.listen('test', (message) => {
    received.push(message)
    for (const look of waiting) look()
  })
  bus.start()
  // The empty message says: connected, and something may have been missed.
  await until(() => received.includes(''))
  received.length = 0
  return { bus, received, until }
}

test('nodes receive the messages of others but not their own, and learn when they may have missed something', async (t) => {
  if (database.kind === 'embedded') return t.skip('An embedded database has one node.')
  const [one, two] = [await listening(), await listening()]
  one.bus.publish('test', 'from one')
  two.bus.publish('test', 'from two: with spaces, and ünïcode')
  await Promise.all([one.until(() => one.received.length > 0), two.until(() => two.received.length > 0)])
  assert.deepEqual([one.received, two.received], [['from two: with spaces, and ünïcode'], ['from one']])

  two.received.length = 0
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %' and datname = current_database()`,
  )
  await two.until(() => two.received.includes(''))
  await one.until(() => one.received.includes(''))
  one.bus.publish('test', 'again')
  await two.until(() => two.received.includes('again'))
})

test('a message too long for a notification is not sent', () => {
  const bus = createNodeBus({ kind: 'postgresql', pool: database.pool }, testLog)
  assert.equal(bus.publish('test', 'x'.repeat(8000)), false)
  assert.equal(bus.publish('test', 'ü'.repeat(4000)), false)
})

test('live messages reach the listeners of a topic on other nodes', async (t) => {
  if (database.kind === 'embedded') return t.skip('An embedded database has one node.')
  const [one, two] = [await listening(), await listening()]
  const [here, there] = [createHub(one.bus, testLog), createHub(two.bus, testLog)]
  const received = new Promise<string>((resolve) =>
    there.join('room:1', { receive: (frame) => resolve(String(frame.as(ourFrames))) }),
  )
  here.publish('room:2', 'test:other', {})
  here.publish('room:1', 'test:progress', { percent: 50 })
  assert.equal(await received, '{"event":"test:progress","data":{"percent":50}}')
})
