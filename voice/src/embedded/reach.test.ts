import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { Trunk } from '../gateway.ts'
import { createEmbeddedGateway } from './gateway.ts'

const host = '127.0.0.1'

const trunk = (more: Partial<Trunk>): Trunk => ({
  id: 't',
  host,
  port: 9,
  transport: 'udp',
  username: 'house',
  password: 'secret',
  register: false,
  maxConcurrentCalls: 1,
  callsPerSecond: 1,
  transferMode: 'bridge',
  ...more,
})

/** Listens on UDP and TCP on this machine and counts datagrams and connections. */
async function listener(t: TestContext) {
  const seen: string[] = []
  const tcp = createServer((socket) => {
    seen.push('TCP')
    socket.destroy()
  }).listen(0, host)
  await once(tcp, 'listening')
  const { port } = tcp.address() as AddressInfo
  const udp = createSocket('udp4', () => seen.push('UDP')).bind(port, host)
  await once(udp, 'listening')
  t.after(() => {
    udp.close()
    tcp.close()
  })
  return { port, seen }
}

test('a provider at a private address is not tried: the error is the same for every port and transport', async (t) => {
  const { port, seen } = await listener(t)
  const gateway = await createEmbeddedGateway({ sip: { host, port: 0 }, probeTimeoutMs: 2_000 })
  t.after(() => gateway.close())
  for (const at of [host, '10.255.255.1', '169.254.169.254', '224.0.0.1', 'localhost'])
    for (const transport of ['udp', 'tcp', 'tls'] as const)
      for (const register of [true, false])
        for (const to of [port, 9]) {
          const tried = await gateway.testTrunk(trunk({ host: at, port: to, transport, register }))
          assert.deepEqual(
            [tried.ok, tried.message],
            [
              false,
              `${at} could not be reached: Its address is private. Only an installation with SIP_ALLOW_PRIVATE=on may call through one.`,
            ],
          )
        }
  assert.deepEqual(seen, [])
})

test('with private addresses allowed the same provider is tried', async (t) => {
  const { port, seen } = await listener(t)
  const gateway = await createEmbeddedGateway({ sip: { host, port: 0 }, allowPrivate: true, probeTimeoutMs: 500 })
  t.after(() => gateway.close())
  await gateway.testTrunk(trunk({ port }))
  await gateway.testTrunk(trunk({ port, transport: 'tcp' }))
  assert.ok(seen.includes('UDP') && seen.includes('TCP'))
})
