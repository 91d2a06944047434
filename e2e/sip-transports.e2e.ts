import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { createVoiceProcess } from '@switchboard/voice'
import type { LegEvent, Trunk } from '@switchboard/voice'
import { startKamailio } from './peers/kamailio.ts'
import type { Kamailio } from './peers/kamailio.ts'
import { startCalledPeople } from './peers/sipp.ts'
import { freePort, isTcpConnected } from './ports.ts'
import { withScratch } from './scratch.ts'
import { until } from '../server/test/until.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../voice/src/sip/transport/fixtures/${name}`, import.meta.url))
const tls = { keyPath: fixture('server.key'), certificatePath: fixture('server.crt') }
const transports = ['udp', 'tcp', 'tls'] as const

function trunkAt(kamailio: Kamailio, transport: Trunk['transport']): Trunk {
  return {
    id: transport,
    host: kamailio.host,
    port: transport === 'tls' ? kamailio.tlsPort : kamailio.port,
    transport,
    username: `alice-${transport}`,
    password: kamailio.passwordOf(`alice-${transport}`),
    domain: kamailio.realm,
    register: true,
    maxConcurrentCalls: 10,
    callsPerSecond: 1000,
    transferMode: 'bridge',
  }
}

async function startEngine(ca?: string) {
  const from = await freePort(20)
  const engine = { sip: { host: '127.0.0.1', port: 0 }, rtpPorts: { from, to: from + 19 }, allowPrivate: true }
  return createVoiceProcess({ engine: { ...engine, ...(ca !== undefined && { tls: { ca } }) } })
}

for (const transport of transports)
  test(`a provider over ${transport}: registration, a call in which a key is pressed, calls that either side ends`, () =>
    withScratch('transports', async (folder) => {
      const script = {
        byNumberEnding: {
          1: { does: 'press' as const, keys: '1', afterMs: 300 },
          3: { does: 'hang up' as const, afterMs: 300 },
          4: { does: 'reject' as const, status: 486 as const },
        },
        otherwise: { does: 'listen' as const },
      }
      await using people = await startCalledPeople({ folder, script })
      await using kamailio = await startKamailio({ folder, pstnPort: people.port, transport: { tcp: true, tls } })
      const gateway = await startEngine(await readFile(fixture('ca.crt'), 'utf8'))
      try {
        const trunk = trunkAt(kamailio, transport)
        assert.deepEqual((await gateway.testTrunk(trunk)).ok, true)
        const wrong = await gateway.testTrunk({ ...trunk, password: 'guessed' })
        assert.match(wrong.message, /refused the user name or password/)
        await gateway.upsertTrunk(trunk)
        await until('registered', async () => (await gateway.trunkState(trunk.id)).state === 'registered')
        assert.equal(await isTcpConnected(trunk.port), transport !== 'udp')

        const call = async (to: string, onEvent: (event: LegEvent, hangUp: () => void) => void) => {
          const request = { attemptId: `${transport}-${to.slice(1)}`, trunkId: trunk.id, to, callerId: '+15550001111' }
          const leg = await gateway.originate({ ...request, ringTimeoutMs: 30_000, maxDurationMs: 60_000 })
          const events: LegEvent[] = []
          for await (const event of leg.events) {
            events.push(event)
            onEvent(event, () => void leg.hangup())
          }
          return events
        }
        const pressed = await call('+15550000001', ({ t }, hangUp) => t === 'dtmf' && hangUp())
        assert.deepEqual(
          pressed.flatMap((event) => (event.t === 'dtmf' ? [event.key] : [])),
          ['1'],
        )
        const left = (await call('+15550000003', () => {})).at(-1)!
        assert.deepEqual([left.t, left.t === 'ended' && left.by], ['ended', 'remote'])
        const busy = (await call('+15550000004', () => {})).at(-1)!
        assert.deepEqual([busy.t === 'ended' && busy.cause, busy.t === 'ended' && busy.sip], ['busy', 486])
        // SIPp writes its log shortly after the response.
        await until('three calls are over', async () => {
          const calls = await people.calls()
          return calls.length === 3 && calls.every(({ status, endedAt }) => (status === 200 ? endedAt : status))
        })
        const seen = (await people.calls()).map((each) => `${each.number} ${each.status} ${each.endedBy}`)
        assert.deepEqual(seen, ['+15550000001 200 caller', '+15550000003 200 callee', '+15550000004 486 undefined'])

        // Kamailio loses its connections and registrations, and a new connection restores them.
        if (transport !== 'udp') {
          await kamailio.restart()
          await until('a call goes through again', async () => {
            const events = await call(`+1555000${Date.now() % 1000}04`, () => {})
            const last = events.at(-1)
            return last?.t === 'ended' && last.sip === 486
          })
        }
      } finally {
        await gateway.close()
      }
    }))

test('incoming calls: over UDP and TCP to our port, over TLS on the connection that we opened', () =>
  withScratch('transports', async (folder) => {
    await using people = await startCalledPeople({
      folder,
      script: { byNumberEnding: {}, otherwise: { does: 'listen' } },
    })
    await using kamailio = await startKamailio({ folder, pstnPort: people.port, transport: { tcp: true, tls } })
    const gateway = await startEngine(await readFile(fixture('ca.crt'), 'utf8'))
    try {
      const heard: string[] = []
      gateway.onInbound((leg) => {
        heard.push(leg.trunkId)
        void leg.reject(486)
      })
      for (const transport of transports) {
        await gateway.upsertTrunk(trunkAt(kamailio, transport))
        await until('registered', async () => (await gateway.trunkState(transport)).state === 'registered')
      }
      for (const transport of transports) {
        const to = `alice-${transport}`
        const request = { attemptId: `in-${transport}`, trunkId: 'udp', to, callerId: '' }
        const leg = await gateway.originate({ ...request, ringTimeoutMs: 30_000, maxDurationMs: 60_000 })
        const events: LegEvent[] = []
        for await (const event of leg.events) events.push(event)
        const last = events.at(-1)
        assert.equal(last?.t === 'ended' && last.sip, 486, `called over ${transport}`)
      }
      assert.deepEqual(heard, ['udp', 'tcp', 'tls'])
    } finally {
      await gateway.close()
    }
  }))

test('a provider whose certificate is signed by an unknown authority is refused until the authority is trusted', () =>
  withScratch('transports', async (folder) => {
    await using kamailio = await startKamailio({ folder, pstnPort: 9, transport: { tls } })
    const gateway = await startEngine()
    try {
      const result = await gateway.testTrunk(trunkAt(kamailio, 'tls'))
      assert.equal(result.ok, false)
      assert.match(result.message, /signed by an authority that this computer does not know/)
    } finally {
      await gateway.close()
    }
    process.env.NODE_EXTRA_CA_CERTS = fixture('ca.crt')
    const trusting = await startEngine()
    try {
      assert.equal((await trusting.testTrunk(trunkAt(kamailio, 'tls'))).ok, true)
    } finally {
      delete process.env.NODE_EXTRA_CA_CERTS
      await trusting.close()
    }
  }))
