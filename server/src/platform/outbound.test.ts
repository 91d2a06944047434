import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createOutbound } from './outbound.ts'

let reached = 0
const internalServer = createServer((request, response) => {
  reached++
  if (request.url === '/large') return response.end(Buffer.alloc(2000))
  if (request.url === '/moved') return response.writeHead(302, { location: 'http://127.0.0.1/' }).end()
  if (request.url === '/slow') return
  response.end('hello')
})
await new Promise<void>((resolve) => internalServer.listen(0, '127.0.0.1', resolve))
const { port } = internalServer.address() as AddressInfo
const outbound = createOutbound([])
const allowed = createOutbound([`127.0.0.1:${port}`])
after(async () => {
  await Promise.all([outbound.close(), allowed.close()])
  internalServer.closeAllConnections()
  internalServer.close()
})

const hosts = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '0',
  '0.0.0.0',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '017700000001',
  '0177.0.0.1',
  '127.0.0.1.',
  'localhost',
  'LOCALHOST',
  'localhost.',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[::10.0.0.5]',
  '[::ffff:0:10.0.0.5]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[ff02::1]',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '240.0.0.1',
  '192.0.2.1',
  '１２７.０.０.１',
]

test('nothing private is reached, however it is written', async () => {
  for (const host of hosts) {
    for (const url of [`http://${host}:${port}/`, `http://${host}/`, `https://${host}/`]) {
      await assert.rejects(outbound.fetch(url), (error: { code?: string }) => error.code === 'outbound_refused', url)
    }
  }
  for (const url of [
    'file:///etc/passwd',
    'ftp://example.com/',
    'gopher://127.0.0.1/',
    `http://user:pw@example.com/`,
    'http://example.com:22/',
    '//127.0.0.1',
    '',
    'http://',
  ]) {
    await assert.rejects(outbound.fetch(url), { code: 'outbound_refused' }, url)
  }
  assert.equal(reached, 0)
})

test("the operator's own targets are reached; size, time and redirects are bounded", async () => {
  const base = `http://127.0.0.1:${port}`
  assert.equal((await allowed.fetch(`${base}/`)).body.toString(), 'hello')
  await assert.rejects(allowed.fetch(`${base}/large`, { maxBytes: 1000 }), { code: 'outbound_failed' })
  await assert.rejects(allowed.fetch(`${base}/slow`, { timeoutMs: 50 }), { code: 'outbound_failed' })
  const before = reached
  assert.equal((await allowed.fetch(`${base}/moved`)).status, 302)
  assert.equal(reached, before + 1)
})
