import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestNetwork, replyTo } from '../test/network.ts'
import { createUserAgent } from '../user-agent.ts'
import { createResolver } from './resolver.ts'
import type { OpenTransport } from './transport.ts'

test('one address of a name is used until it fails, in whatever order the addresses are returned', () => {
  let now = 0
  let answers = ['192.0.2.1', '192.0.2.2', '192.0.2.3']
  let asked = 0
  const resolver = createResolver(
    () => now,
    (_host, done) => {
      asked++
      done(answers)
    },
  )
  const address = () => {
    let found: string | null = 'none'
    resolver.resolve('carrier.test', (one) => (found = one))
    return found
  }
  assert.equal(address(), '192.0.2.1')
  now += 61_000
  answers = ['192.0.2.3', '192.0.2.1', '192.0.2.2']
  assert.deepEqual([address(), address(), asked], ['192.0.2.1', '192.0.2.1', 2])
  resolver.passOver('carrier.test', '192.0.2.1')
  resolver.passOver('carrier.test', '192.0.2.1')
  assert.equal(address(), '192.0.2.2', 'two that got no answer from one address are one reason')
  resolver.passOver('carrier.test', '192.0.2.2')
  assert.equal(address(), '192.0.2.3', 'and round again')
  now += 61_000
  answers = ['192.0.2.9']
  assert.equal(address(), '192.0.2.9', 'an address that is gone is used no more')
  now += 61_000
  answers = []
  assert.equal(address(), '192.0.2.9', 'an old answer beats none')
  resolver.passOver('never.asked', '192.0.2.9')
})

/** An agent, and a carrier with two addresses of which the first does not respond. */
async function carrierHalfDead() {
  const network = createTestNetwork()
  const sent: string[] = []
  const open: OpenTransport = async (...args) => {
    const transport = await network.open(...args)
    return {
      ...transport,
      send(text, to, onError) {
        const what = `${text.split(' ', 1)[0]} ${to.host}`
        if (sent.at(-1) !== what) sent.push(what)
        if (to.host !== '127.0.0.9') transport.send(text, to, onError)
      },
    }
  }
  const options = { host: '127.0.0.1', port: 6001, clock: network.clock }
  const agent = await createUserAgent(options, open, (_host, done) => done(['127.0.0.9', '127.0.0.1']))
  const reply = await network.peer(6002, (message) => {
    if (message.type === 'request') reply(replyTo(message, '200 OK', ['Expires: 300']), 6001)
  })
  return { clock: network.clock, agent, sent, account: { ...network.account(6002), host: 'carrier.test' } }
}

test('after a probe times out at one address the next is used, and registrations go there at once', async () => {
  const { clock, agent, sent, account } = await carrierHalfDead()
  const first = agent.options(account, 300)
  await clock.advance(400)
  assert.equal(await first, 408)
  const second = agent.options(account, 300)
  await clock.advance(100)
  assert.equal(await second, 200)
  const registration = agent.register(account, () => {})
  await clock.advance(100)
  assert.equal(registration.state, 'registered')
  assert.deepEqual(sent, ['OPTIONS 127.0.0.9', 'OPTIONS 127.0.0.1', 'REGISTER 127.0.0.1'])
  void registration.stop()
  await clock.advance(100)
  await agent.close()
})

test('a registration that times out at one address is made at the next, and stays there', async () => {
  const { clock, agent, sent, account } = await carrierHalfDead()
  const states: string[] = []
  const registration = agent.register(account, ({ state, detail }) => states.push(`${state} ${detail.status}`))
  await clock.advance(400_000)
  assert.equal(states[0], 'failed 408')
  assert.ok(states.length > 2 && states.slice(1).every((state) => state === 'registered 200'), states.join())
  assert.deepEqual(sent.slice(0, 2), ['REGISTER 127.0.0.9', 'REGISTER 127.0.0.1'])
  assert.ok(sent.slice(1).every((what) => what.endsWith('127.0.0.1')))
  void registration.stop()
  await clock.advance(100)
  await agent.close()
})
