import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answers, createSimGateway, createVirtualClock } from '@switchboard/voice/sim'
import { createLog } from '../../platform/log.ts'
import { createInboundCalls, type InboundCall } from './inbound-calls.ts'

const host = 'carrier.sim'

/** A gateway with one trunk, whose calls are placed by hand. */
async function open() {
  const clock = createVirtualClock()
  const gateway = createSimGateway({ clock, behaviour: () => answers(0) })
  await gateway.upsertTrunk({
    id: 'trunk',
    host,
    port: 5060,
    transport: 'udp',
    username: 'desk',
    password: '',
    register: false,
    maxConcurrentCalls: 10,
    callsPerSecond: 10,
    transferMode: 'bridge',
  })
  const logLines: string[] = []
  const log = createLog('warn', { write: (line) => void logLines.push(line) })
  const workspaces = new Map([['trunk', 'acme']])
  const inbound = createInboundCalls({ gateway, log, workspaceOf: (id) => workspaces.get(id) })
  async function place(to: string) {
    const call = gateway.place({ from: '5550177', to }, host)
    await clock.advance(100)
    return call
  }
  return { ...inbound, gateway, logLines, workspaces, place }
}

test('a call without a handler is rejected with 480, also after its handler was removed', async () => {
  const { onInboundCall, place } = await open()
  assert.equal((await place('100')).status, 480)
  const taken: string[] = []
  const remove = onInboundCall(({ to, leg }) => {
    taken.push(to)
    return leg.answer()
  })
  assert.equal((await place('100')).state, 'answered')
  remove()
  assert.equal((await place('101')).status, 480)
  assert.deepEqual(taken, ['100'])
})

test('the most specific handler gets the call, with its workspace and provider', async () => {
  const { onInboundCall, place } = await open()
  const taken: string[] = []
  const take = (name: string) => (call: InboundCall) => {
    taken.push(`${name} ${call.workspaceId} ${call.sipProviderId} ${call.from} ${call.to}`)
    return call.leg.reject(486)
  }
  onInboundCall(take('all'))
  const handlers = [{ sipProviderId: 'trunk' }, { number: '+12125550100' }]
  await place('12125550100')
  onInboundCall(take('provider'), handlers[0])
  await place('12125550100')
  onInboundCall(take('number'), handlers[1])
  await place('0012125550100')
  onInboundCall(take('both'), { ...handlers[0], ...handlers[1] })
  await place('+12125550100')
  assert.equal((await place('+12125550199')).status, 486)
  assert.deepEqual(taken, [
    'all acme trunk 5550177 12125550100',
    'provider acme trunk 5550177 12125550100',
    'number acme trunk 5550177 0012125550100',
    'both acme trunk 5550177 +12125550100',
    'provider acme trunk 5550177 +12125550199',
  ])
  assert.throws(() => onInboundCall(take('again'), handlers[1]), /already have a handler/)
})

test('a failing handler ends only its own call, and a released trunk takes no calls', async () => {
  const { onInboundCall, place, gateway, logLines, workspaces } = await open()
  onInboundCall(() => {
    throw new Error('no assistant')
  })
  onInboundCall(
    async ({ leg }) => {
      await leg.answer()
      throw new Error('no model')
    },
    { number: '200' },
  )
  onInboundCall(({ leg }) => leg.answer(), { number: '300' })
  const other = await place('300')
  assert.equal((await place('100')).status, 480)
  assert.equal((await place('200')).state, 'over')
  assert.equal(other.state, 'answered')
  assert.equal((await gateway.load()).activeCalls, 1)
  assert.equal(logLines.filter((line) => line.includes('An incoming call failed.')).length, 2)
  workspaces.clear()
  assert.equal((await place('300')).status, 480)
})
