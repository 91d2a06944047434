import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { openSockets } from './sockets.ts'
import { answer, offer } from '../test/network.ts'
import type { IncomingCall, SipAccount, TlsOptions, UserAgentOptions } from '../types.ts'
import { createUserAgent } from '../user-agent.ts'

const host = '127.0.0.1'
const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
const ca = fixture('ca.crt')
const certified = (name: string): TlsOptions => ({
  listen: { port: 0, key: fixture(`${name}.key`), cert: fixture(`${name}.crt`) },
})

async function agent(t: TestContext, options: Partial<UserAgentOptions> = {}, connectTimeoutMs = 30_000) {
  const { tls } = options
  const open = openSockets({ connectTimeoutMs, ...(tls && { tls }) })
  const created = await createUserAgent({ host, port: 0, ...options }, open)
  t.after(() => created.close())
  return created
}

const account = (port: number, transport: 'tcp' | 'tls', more: Partial<SipAccount> = {}): SipAccount => ({
  host,
  port,
  transport,
  username: 'alice',
  password: 'secret',
  domain: 'carrier.test',
  ...more,
})

/** A promise and its handler, for each event that a call test awaits. */
function events() {
  const answered = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  const failed = Promise.withResolvers<string>()
  return {
    answered: answered.promise,
    over: over.promise,
    failed: failed.promise,
    handlers: {
      onAnswer: () => answered.resolve(),
      onBye: () => over.resolve(),
      onFailure: (status: number, reason: string) => failed.resolve(`${status} ${reason}`),
    },
  }
}

for (const transport of ['tcp', 'tls'] as const)
  test(`calls over ${transport}: answered, requests in both directions, ended by the callee over the caller's connection`, async (t) => {
    const seen: string[] = []
    const trace = (direction: string, text: string) => seen.push(`${direction} ${text}`)
    const caller = await agent(t, { tls: { ca }, trace })
    const callee = await agent(t, { tls: certified('server') })
    const arrived = Promise.withResolvers<IncomingCall>()
    callee.onInvite(
      () => true,
      (call) => {
        call.handlers = { onReoffer: () => answer }
        call.answer(answer)
        arrived.resolve(call)
      },
    )
    const to = account(transport === 'tls' ? callee.tlsPort! : callee.port, transport)
    // As an account does: the first request learns the address that the peer sees.
    assert.equal(await caller.options(to, 30_000), 200)
    const { answered, over, handlers } = events()
    const big = `${offer}a=x:${'y'.repeat(5000)}\r\n`
    const request = { account: to, callId: 'c', to: '1', from: '', offer: big, ringTimeoutMs: 30_000 }
    const call = caller.invite(request, handlers)
    const incoming = await arrived.promise
    assert.equal(incoming.offer, big)
    await answered
    assert.equal(await call.reinvite(offer), answer)
    await incoming.hangup()
    await over
    const vias = seen.filter((text) => /^out (INVITE|ACK)/.test(text))
    assert.ok(vias.length >= 4 && vias.every((text) => text.includes(`Via: SIP/2.0/${transport.toUpperCase()} `)))
  })

test('inbound and outbound requests share one connection', async (t) => {
  let connections = 0
  const callee = await agent(t)
  const proxy = createServer((near) => {
    connections++
    const far = connect(callee.port, host)
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) socket.on('error', () => socket.destroy())
  })
  proxy.listen(0, host)
  await once(proxy, 'listening')
  t.after(() => proxy.close())
  const caller = await agent(t)
  const to = account((proxy.address() as AddressInfo).port, 'tcp')
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => caller.options(to, 30_000))), [200, 200, 200])
  assert.equal(await caller.options(to, 30_000), 200)
  assert.equal(connections, 1)
})

test('a connection cut during a call: the call continues, and the next request opens another', async (t) => {
  const callee = await agent(t)
  const sockets = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connect(callee.port, host)
    near.pipe(far).pipe(near)
    sockets.add(near).add(far)
    for (const socket of [near, far]) socket.on('error', () => socket.destroy())
  })
  proxy.listen(0, host)
  await once(proxy, 'listening')
  t.after(() => proxy.close())
  const { port } = proxy.address() as AddressInfo
  const calleeOver = Promise.withResolvers<void>()
  callee.onInvite(
    () => true,
    (call) => {
      call.handlers = { onBye: () => calleeOver.resolve() }
      call.answer(answer)
    },
  )
  const caller = await agent(t)
  const { answered, handlers } = events()
  const request = { account: account(port, 'tcp'), callId: 'c', to: '1', from: '', offer, ringTimeoutMs: 30_000 }
  const call = caller.invite(request, handlers)
  await answered
  const closings = [...sockets].map((socket) => once(socket, 'close'))
  for (const socket of sockets) socket.resetAndDestroy()
  await Promise.all(closings)
  await call.hangup()
  await calleeOver.promise
})

test('a connection cut while it waits for an answer: 503 with the reason', async (t) => {
  const server = createServer((socket) => socket.once('data', () => socket.destroy()))
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const caller = await agent(t)
  const { failed, handlers } = events()
  caller.invite(
    { account: account(port, 'tcp'), callId: 'c', to: '1', from: '', offer, ringTimeoutMs: 30_000 },
    handlers,
  )
  assert.equal(await failed, `503 No connection to ${host} (TCP ${host}:${port}): It closed the connection.`)
})

test('a port where nothing listens, and one that never completes its handshake', async (t) => {
  const silent = createServer((socket) => socket.resume().on('error', () => socket.destroy()))
  silent.listen(0, host)
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const caller = await agent(t, {}, 100)
  await assert.rejects(caller.options(account(port, 'tls'), 30_000), /carrier\.test \(TLS .*\): No answer\.$/)
  silent.close()
  await once(silent, 'close')
  await assert.rejects(caller.options(account(port, 'tcp'), 30_000), /Nothing listens on this port\.$/)
})

test('certificates that do not match are refused with the reason', async (t) => {
  const trusting = await agent(t, { tls: { ca } })
  const ask = async (certificate: string, client = trusting, more: Partial<SipAccount> = {}) => {
    const server = await agent(t, { tls: certified(certificate) })
    return client.options(account(server.tlsPort!, 'tls', more), 30_000)
  }
  await assert.rejects(ask('expired'), /Its certificate has expired\. The provider must renew it\.$/)
  await assert.rejects(
    ask('other-name'),
    /Its certificate is not for carrier\.test or 127\.0\.0\.1 but for other\.test\.$/,
  )
  await assert.rejects(ask('server', await agent(t)), /signed by an authority that this computer does not know/)
  assert.equal(await ask('server'), 200)
  assert.equal(await ask('other-name', trusting, { domain: 'other.test' }), 200)
  assert.equal(await ask('expired', await agent(t, { tls: { rejectUnauthorized: false } })), 200)
})

test('one address, two names: the second is checked against the certificate too', async (t) => {
  const client = await agent(t, { tls: { ca } })
  const { tlsPort } = await agent(t, { tls: certified('server') })
  assert.equal(await client.options(account(tlsPort!, 'tls'), 30_000), 200)
  assert.equal(await client.options(account(tlsPort!, 'tls', { domain: 'provider.test' }), 30_000), 200)
  const wrongName = account(tlsPort!, 'tls', { domain: 'wrong.test', host: 'localhost' })
  assert.equal(await client.options(wrongName, 30_000), 200, 'the name of the host will do')
  const other = await agent(t, { tls: certified('other-name') })
  assert.equal(await client.options(account(other.tlsPort!, 'tls', { domain: 'other.test' }), 30_000), 200)
  await assert.rejects(client.options(account(other.tlsPort!, 'tls'), 30_000), /but for other\.test/)
})

test('TLS 1.1 is refused on both sides', async (t) => {
  const old = { minVersion: 'TLSv1' as const, maxVersion: 'TLSv1.1' as const, ciphers: 'DEFAULT@SECLEVEL=0' }
  const server = createTlsServer({ key: fixture('server.key'), cert: fixture('server.crt'), ...old })
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => server.close())
  const client = await agent(t, { tls: { ca } })
  const { port } = server.address() as AddressInfo
  await assert.rejects(client.options(account(port, 'tls'), 30_000), /TLS versions older than 1\.2\.$/)

  const { tlsPort } = await agent(t, { tls: certified('server') })
  const socket = connectTls({ port: tlsPort!, host, ca, servername: 'carrier.test', ...old })
  const [error] = await once(socket, 'error')
  assert.match(String(error), /protocol version|unsupported protocol/i)
})

test('an error names a server that does not use TLS', async (t) => {
  const client = await agent(t)
  const server = createServer((socket) => socket.once('data', () => socket.end('SIP/2.0 400 Bad Request\r\n\r\n')))
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  await assert.rejects(client.options(account(port, 'tls'), 30_000), /It does not speak TLS on this port\.$/)
})

test('pings are answered, unknown senders and invalid streams are disconnected', async (t) => {
  const server = await agent(t)
  const dial = async () => {
    const socket = connect(server.port, host)
    t.after(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  const pinging = await dial()
  pinging.write('\r\n\r\n')
  assert.equal(String((await once(pinging, 'data'))[0]), '\r\n')
  pinging.resume().write('OPTIONS sip:h SIP/2.0\r\nTo: <sip:h>\r\n\r\n')
  await once(pinging, 'close')

  server.onInvite(
    () => false,
    () => assert.fail('a request of an unknown sender came through'),
  )
  const unknown = connect(server.port, host)
  t.after(() => unknown.destroy())
  unknown.on('error', () => unknown.destroy())
  await once(unknown.resume(), 'close')
})

test('silent connections are closed: with an incomplete message soon, idle ones later', async (t) => {
  const lost = Promise.withResolvers<void>()
  const open = openSockets({ idleMs: 300, stalledMs: 50 })
  const transport = await open({ host, port: 0 }, () => {}, { lost: () => lost.resolve(), accepts: () => true })
  t.after(() => transport.close())
  const stalled = connect(transport.port, host)
  stalled.write('OPTIONS sip:h SIP/2.0\r\n')
  await once(stalled.resume(), 'close')
  await lost.promise
  const idle = connect(transport.port, host)
  await once(idle.resume(), 'close')
})

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

test('IPv6: a call over UDP and one over TCP between two agents on ::1', async (t) => {
  if (!hasIpv6) return t.skip('This machine has no IPv6.')
  const [caller, callee] = [await agent(t, { host: '::1' }), await agent(t, { host: '::1' })]
  callee.onInvite(
    ({ host: source }) => source === '::1',
    (call) => call.answer(answer),
  )
  for (const transport of ['udp', 'tcp'] as const) {
    const { answered, handlers } = events()
    const to: SipAccount = { host: '::1', port: callee.port, transport, username: 'alice', password: 'secret' }
    const call = caller.invite(
      { account: to, callId: transport, to: '1', from: '', offer, ringTimeoutMs: 30_000 },
      handlers,
    )
    await answered
    await call.hangup()
  }
})
