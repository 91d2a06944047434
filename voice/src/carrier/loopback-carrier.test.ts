import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { answers } from '../callee.ts'
import type { SipAccount, Registration } from '../sip/types.ts'
import { createUserAgent } from '../sip/user-agent.ts'
import { createLoopbackCarrier } from './loopback-carrier.ts'

const host = '127.0.0.1'

async function open(t: TestContext) {
  const carrier = await createLoopbackCarrier({ host, behaviour: () => answers(0), password: 'secret' })
  const userAgent = await createUserAgent({ host, port: 0 })
  t.after(async () => {
    await userAgent.close()
    await carrier.close()
  })
  const account = (password: string): SipAccount => ({ host, port: carrier.port, username: 'house', password })
  return { carrier, userAgent, account }
}

test('a registration is kept and given up', async (t) => {
  const { carrier, userAgent, account } = await open(t)
  const changes = new EventTarget()
  const registration = userAgent.register(account('secret'), ({ state }: Registration) =>
    changes.dispatchEvent(new Event(state)),
  )
  await once(changes, 'registered')
  assert.deepEqual([...carrier.registered.get('house')!], [`<sip:house@127.0.0.1:${userAgent.port}>`])
  await registration.stop()
  assert.equal(carrier.registered.get('house')!.size, 0)
})

test('a registration with a wrong password is refused', async (t) => {
  const { carrier, userAgent, account } = await open(t)
  assert.equal((await userAgent.tryRegister(account('wrong'), 2_000)).status, 403)
  assert.equal(carrier.registered.size, 0)
})

test('an INVITE without the password is challenged, and is no call', async (t) => {
  const { carrier, userAgent, account } = await open(t)
  const { promise, resolve } = Promise.withResolvers<number>()
  const invite = {
    account: account('wrong'),
    callId: 'one@test',
    to: '100',
    from: '200',
    offer: 'v=0\r\n',
    ringTimeoutMs: 2_000,
  }
  userAgent.invite(invite, { onFailure: resolve })
  assert.equal(await promise, 403)
  assert.equal(carrier.carried.length, 0)
})

test('an offer without audio in common is refused with 488', async (t) => {
  const { carrier, userAgent, account } = await open(t)
  const { promise, resolve } = Promise.withResolvers<number>()
  const offer =
    'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\n'
  userAgent.invite(
    { account: account('secret'), callId: 'two@test', to: '100', from: '200', offer, ringTimeoutMs: 2_000 },
    { onFailure: resolve },
  )
  assert.equal(await promise, 488)
  assert.equal(carrier.carried.length, 1)
})
