import assert from 'node:assert/strict'
import { type Socket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { promises as fs } from 'node:fs'
import { after, beforeEach, test } from 'node:test'
import { createHostLookup } from './host-lookup.ts'
import { createOutbound } from './outbound.ts'

/** A name server: `slow.…` is never answered, `none.…` does not exist, every other name is 93.184.216.34. */
const nameServer: Socket = createSocket('udp4')
let asked: string[] = []
nameServer.on('message', (query, { port, address }) => {
  const labels: string[] = []
  let end = 12
  for (; query[end] !== 0; end += (query[end] ?? 0) + 1)
    labels.push(query.toString('latin1', end + 1, end + 1 + (query[end] ?? 0)))
  const isIPv4 = query.readUInt16BE(end + 1) === 1
  asked.push(labels.join('.'))
  if (labels[0]?.startsWith('slow')) return
  const found = labels[0] !== 'none' && isIPv4
  const head = Buffer.from(query.subarray(0, end + 5))
  head.writeUInt16BE(labels[0] === 'none' ? 0x8183 : 0x8180, 2)
  head.writeUInt16BE(found ? 1 : 0, 6)
  head.writeUInt32BE(0, 8)
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 93, 184, 216, 34])
  nameServer.send(found ? Buffer.concat([head, answer]) : head, port, address)
})
nameServer.bind(0, '127.0.0.1')
await once(nameServer, 'listening')
after(() => nameServer.close())
const servers = [`127.0.0.1:${nameServer.address().port}`]
beforeEach(() => (asked = []))

test('an answer is cached, and concurrent lookups of a name send one query', async () => {
  const lookUp = createHostLookup(servers)
  const found = await Promise.all(Array.from({ length: 10 }, () => lookUp('Push.example.test')))
  assert.deepEqual(found[9], ['93.184.216.34'])
  await lookUp('push.example.test')
  assert.deepEqual(asked, ['push.example.test', 'push.example.test'], 'one for IPv4 and one for IPv6')
  await assert.rejects(lookUp('none.example.test'), { code: 'ENOTFOUND' })
})

test('fifty look-ups without an answer keep neither files nor other look-ups waiting', async () => {
  const lookUp = createHostLookup(servers)
  const slow = Array.from({ length: 50 }, (_, i) => lookUp(`slow${i}.example.test`).catch(() => 'gave up'))
  let isOver = false
  void Promise.all(slow).then(() => (isOver = true))
  assert.deepEqual(await lookUp('quick.example.test'), ['93.184.216.34'])
  await Promise.all(Array.from({ length: 8 }, () => fs.readFile(import.meta.filename)))
  assert.equal(isOver, false, 'they are still being looked for')
  assert.deepEqual(new Set(await Promise.all(slow)), new Set(['gave up']))
})

test('a request ends at its time although its host is still being looked for, and keeps no other key waiting', async () => {
  const outbound = createOutbound([], { nameServers: servers })
  const slow = Array.from({ length: 40 }, (_, i) =>
    outbound.fetch(`https://slow${i}.example.test/`, { key: 'hostile', timeoutMs: 300 }).catch((error) => error.code),
  )
  // 93.184.216.34 is not reached from a test; that it was looked up and tried is what counts.
  const quick = outbound.fetch('https://none.example.test/', { key: 'victim' }).catch((error) => error.code)
  assert.equal(await quick, 'outbound_refused')
  const codes = await Promise.all(slow)
  assert.deepEqual(new Set(codes), new Set(['outbound_failed', 'unavailable']))
  await outbound.close()
})
