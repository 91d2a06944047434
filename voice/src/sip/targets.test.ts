import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publicHosts } from '../addresses.ts'
import { createVirtualClock } from '../sim/virtual-clock.ts'
import { answer, offer, replyTo } from './test/network.ts'
import { parseMessage } from './message/message.ts'
import type { ReceivedRequest } from './message/message.ts'
import type { LookUp } from './transport/resolver.ts'
import type { Hop, OpenTransport } from './transport/transport.ts'
import type { SipAccount } from './types.ts'
import { createUserAgent } from './user-agent.ts'

const carrier = '93.184.216.34'

/** An agent that may send only to public addresses, and its sent messages with their destinations. */
async function agentAbroad(
  respond: (request: ReceivedRequest) => string | null,
  lookUp: LookUp = (_host, done) => done([]),
) {
  const clock = createVirtualClock()
  const sent: { what: string; to: Hop }[] = []
  const open: OpenTransport = async (local, receive) => ({
    ...local,
    send(text, to) {
      sent.push({ what: text.split(' ', 1)[0]!, to })
      const message = parseMessage(Buffer.from(text))
      const reply = message?.type === 'request' ? respond(message) : null
      if (reply !== null) clock.setTimeout(() => receive(Buffer.from(reply), { ...to, host: carrier }), 1)
    },
    drop() {},
    async close() {},
  })
  const mayReach = publicHosts(() => new Set(['198.41.0.4']))
  const agent = await createUserAgent({ host: '198.41.0.4', port: 5060, clock, mayReach }, open, lookUp)
  return { agent, clock, sent, hosts: () => [...new Set(sent.map(({ to }) => to.host))] }
}

const account = (host: string): SipAccount => ({ host, port: 5060, username: 'alice', password: 'secret' })
const invitation = (host: string) => ({
  account: account(host),
  callId: 'c1',
  to: '1',
  from: '',
  offer,
  ringTimeoutMs: 30_000,
})

test('a name that resolves to a public address when checked and a private one when used gets nothing', async () => {
  let asked = 0
  const { agent, clock, hosts } = await agentAbroad(
    () => null,
    (_host, done) => done([asked++ % 2 === 0 ? carrier : '10.0.0.5']),
  )
  const statuses: number[] = []
  for (let i = 0; i < 6; i++) {
    const trying = agent.options(account('sip.rebinding.test'), 1000).then(
      (status) => statuses.push(status),
      () => statuses.push(0),
    )
    await clock.advance(61_000)
    await trying
  }
  assert.ok(asked >= 6)
  assert.ok(statuses.includes(0), 'refused when the private one was used')
  assert.deepEqual(hosts(), [carrier])
})

for (const [what, lines] of Object.entries({
  'a private Contact': ['Contact: <sip:x@10.0.0.5:9999>'],
  'a Contact on this machine': ['Contact: <sip:x@198.41.0.4:5432>'],
  'a private Record-Route': ['Record-Route: <sip:[::ffff:10.0.0.5]:9999;lr>', `Contact: <sip:x@${carrier}>`],
  'a strict router at a private address': ['Record-Route: <sip:10.0.0.5:9999>', `Contact: <sip:x@${carrier}>`],
  'a Contact at a service’s port': ['Contact: <sip:x@8.8.8.8:25;transport=tcp>'],
  'a Contact over TCP': ['Contact: <sip:x@127.0.0.1:22;transport=tcp>'],
}))
  test(`${what}: ACK and BYE go to the address where the call began`, async () => {
    const { agent, clock, sent, hosts } = await agentAbroad((request) => {
      if (request.method === 'ACK') return null
      return request.method === 'INVITE' ? replyTo(request, '200 OK', lines, answer) : replyTo(request, '200 OK')
    })
    let answered = false
    const call = agent.invite(invitation(carrier), { onAnswer: () => (answered = true) })
    await clock.advance(100)
    assert.ok(answered)
    const over = call.hangup()
    await clock.advance(100)
    await over
    assert.deepEqual(
      sent.map((each) => each.what),
      ['INVITE', 'ACK', 'BYE'],
    )
    assert.deepEqual(hosts(), [carrier])
  })

test('a name in Contact that resolves to a private address gets nothing', async () => {
  const { agent, clock, hosts } = await agentAbroad(
    (request) =>
      request.method === 'INVITE' ? replyTo(request, '200 OK', ['Contact: <sip:x@inside.test>'], answer) : null,
    (_host, done) => done(['192.168.0.1']),
  )
  const call = agent.invite(invitation(carrier), {})
  await clock.advance(100)
  const over = call.hangup()
  await clock.advance(100_000)
  await over
  assert.deepEqual(hosts(), [carrier])
})
