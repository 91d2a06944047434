/** Sources that may send a call's audio, and where ours goes. On loopback 127.0.0.1 is the carrier, 127.0.0.9 an unknown host. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { until } from '../conformance/until.ts'
import { createMediaEngine } from './engine.ts'
import { writeRtpHeader } from './rtp/rtp.ts'
import type { MediaEngineOptions } from './types.ts'

const [ours, carrier, unknown] = ['127.0.0.1', '127.0.0.1', '127.0.0.9']
const keyType = 101

async function phoneAt(t: TestContext, host: string) {
  const socket = createSocket('udp4').bind(0, host)
  await once(socket, 'listening')
  t.after(() => socket.close())
  let heard = 0
  socket.on('message', () => heard++)
  let sequence = 0
  return {
    port: socket.address().port,
    heard: () => heard,
    send(to: number, payloadType: number, payload: Buffer) {
      const datagram = Buffer.alloc(12 + payload.length)
      writeRtpHeader(datagram, payloadType, false, ++sequence, sequence * 160, 7)
      payload.copy(datagram, 12)
      socket.send(datagram, to, ours)
    },
  }
}

const key = (event: number) => Buffer.from([event, 10, 0, 160])
const speech = Buffer.alloc(160, 200)

const sdpAt = (address: string, port: number) =>
  `v=0\r\no=- 1 1 IN IP4 ${carrier}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0 ${keyType}\r\na=rtpmap:${keyType} telephone-event/8000\r\n`

async function session(t: TestContext, options: Partial<MediaEngineOptions> = {}) {
  const engine = createMediaEngine({ host: ours, portRange: { from: 21_400, to: 21_499 }, ...options })
  t.after(() => engine.close())
  const keys: string[] = []
  const opened = await engine.createSession({ onDtmf: (pressed) => keys.push(pressed) })
  return { opened, keys }
}

test('an unknown sender can neither press keys nor receive audio while the carrier is silent', async (t) => {
  const [silent, other] = [await phoneAt(t, carrier), await phoneAt(t, unknown)]
  const { opened, keys } = await session(t)
  opened.applyAnswer(sdpAt(carrier, silent.port), carrier)
  opened.start()
  for (let i = 0; i < 200; i++) other.send(opened.port, i % 2 ? 0 : keyType, i % 2 ? speech : key(9))
  // After this has arrived the unknown sender's packets have too; over 2 s of the carrier's silence change nothing.
  await until('the carrier to hear us', () => silent.heard() > 120)
  for (let i = 0; i < 200; i++) other.send(opened.port, keyType, key(9))
  const before = silent.heard()
  await until('the carrier to hear more', () => silent.heard() > before + 10)
  assert.deepEqual([keys, other.heard(), opened.stats().packetsReceived], [[], 0, 0])

  silent.send(opened.port, keyType, key(1))
  await until('the key of the carrier', () => keys.length > 0)
  assert.deepEqual(keys, ['1'])
})

test('audio of a peer behind NAT, whose SDP names a private address, is accepted from its public address on any port', async (t) => {
  const [inside, mapped] = [await phoneAt(t, unknown), await phoneAt(t, carrier)]
  const { opened, keys } = await session(t, { mayReach: (address) => address !== unknown })
  // Its SIP comes from the carrier's address; the address in its SDP cannot be reached.
  opened.applyAnswer(sdpAt(unknown, inside.port), carrier)
  opened.start()
  mapped.send(opened.port, keyType, key(5))
  await until('to be sent to where it is', () => mapped.heard() > 10)
  assert.deepEqual([keys, inside.heard()], [['5'], 0])
})

test('until packets of the peer arrive, audio is sent to its port at its public address', async (t) => {
  const listening = await phoneAt(t, carrier)
  const { opened } = await session(t, { mayReach: (address) => address !== '10.0.0.5' })
  opened.applyAnswer(sdpAt('10.0.0.5', listening.port), carrier)
  opened.start()
  await until('our audio', () => listening.heard() > 5)
})

test('a forbidden address gets no packets, with or without a SIP peer', async (t) => {
  const [forbidden, otherPhone] = [await phoneAt(t, unknown), await phoneAt(t, carrier)]
  const options = { mayReach: (address: string) => address !== unknown }
  const { opened } = await session(t, options)
  opened.applyAnswer(sdpAt(unknown, forbidden.port), unknown)
  opened.start()
  const another = (await session(t, { ...options, portRange: { from: 21_500, to: 21_599 } })).opened
  another.applyAnswer(sdpAt(carrier, otherPhone.port), carrier)
  another.start()
  await until('the other call to be heard', () => otherPhone.heard() > 50)
  assert.deepEqual([forbidden.heard(), opened.stats().packetsSent > 0], [0, true])
})

test('a name in the SDP is looked up, and its address checked', async (t) => {
  const [named, forbidden] = [await phoneAt(t, carrier), await phoneAt(t, unknown)]
  const { opened } = await session(t, {
    mayReach: (address) => address !== unknown,
    lookUp: (name, done) => setImmediate(() => done([name === 'media.carrier.test' ? carrier : unknown])),
  })
  opened.applyAnswer(sdpAt('inside.carrier.test', forbidden.port))
  opened.start()
  opened.answerOffer(sdpAt('media.carrier.test', named.port))
  await until('our audio', () => named.heard() > 10)
  assert.equal(forbidden.heard(), 0)
})

for (const [what, sdp] of Object.entries({
  'a port of a service': sdpAt('8.8.8.8', 53),
  'a multicast address': sdpAt('239.1.1.1', 4000),
  'the broadcast address': sdpAt('255.255.255.255', 4000),
  'an IPv6 address': sdpAt('2001:db8::1', 4000),
  'what is neither address nor name': sdpAt('10.0.0', 4000),
}))
  test(`${what} is refused with its reason`, async (t) => {
    const { opened } = await session(t)
    assert.throws(() => opened.applyAnswer(sdp, carrier), { name: 'SdpError' })
  })
