/** Changes during calls (hold, codec, re-INVITE), against a carrier whose every packet is recorded. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { until } from '../conformance/until.ts'
import { toneFile } from '../conformance/wav.ts'
import type { InboundLeg, LegEvent, Trunk } from '../gateway.ts'
import {
  emptyPacket,
  parseRtp,
  sequenceDelta,
  timestampDelta,
  writeRtpHeader,
  type RtpPacket,
} from '../media/rtp/rtp.ts'
import { header } from '../sip/message/headers.ts'
import { parseMessage, type ReceivedResponse } from '../sip/message/message.ts'
import type { IncomingCall } from '../sip/types.ts'
import { createUserAgent } from '../sip/user-agent.ts'
import { createEmbeddedGateway } from './gateway.ts'

const host = '127.0.0.1'
const laws = { PCMU: 0, PCMA: 8 }

/** A telephone's audio: the packets it received, and its SDP. */
async function telephone(t: TestContext) {
  const socket = createSocket('udp4').bind(0, host)
  await once(socket, 'listening')
  t.after(() => socket.close())
  const heard: RtpPacket[] = []
  socket.on('message', (datagram) => {
    const packet = emptyPacket()
    if (parseRtp(datagram, packet)) heard.push(packet)
  })
  const { port } = socket.address()
  let version = 0
  let sequence = 0
  return {
    heard,
    sdp: (law: keyof typeof laws, direction = 'sendrecv', address = host) =>
      `v=0\r\no=- 1 ${++version} IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio ${port} RTP/AVP ${laws[law]}\r\na=${direction}\r\n`,
    say(to: number, bytes: number) {
      const datagram = Buffer.alloc(12 + bytes, 0x55)
      writeRtpHeader(datagram, 0, false, sequence, sequence++ * bytes, 7)
      socket.send(datagram, to, host)
    },
    /** Waits until more packets of this law have arrived. */
    async hears(law: keyof typeof laws, more = 10) {
      const from = heard.length
      await until(
        `${law} to be heard`,
        () => heard.slice(from).filter((each) => each.payloadType === laws[law]).length >= more,
      )
    },
  }
}

/** Asserts one stream without a gap: no packet was lost or repeated, and the stream did not restart. */
function assertOneStream(heard: readonly RtpPacket[]): void {
  heard.forEach((packet, i) => {
    const before = heard[i - 1]
    if (!before) return
    assert.equal(packet.ssrc, before.ssrc)
    assert.equal(sequenceDelta(packet.sequence, before.sequence), 1, `packet ${i} of ${heard.length}`)
    assert.ok(timestampDelta(packet.timestamp, before.timestamp) > 0)
  })
}

const trunkAt = (port: number): Trunk => ({
  id: 'trunk',
  host,
  port,
  transport: 'udp',
  username: 'house',
  password: 'secret',
  register: false,
  maxConcurrentCalls: 10,
  callsPerSecond: 1000,
  transferMode: 'bridge',
})

async function open(t: TestContext, answer: (to: string) => string) {
  const carrier = await createUserAgent({ host, port: 0 })
  const gateway = await createEmbeddedGateway({ sip: { host, port: 0 }, allowPrivate: true })
  t.after(async () => {
    await gateway.close()
    await carrier.close()
  })
  const calls = new Map<string, IncomingCall>()
  carrier.onInvite(
    () => true,
    (call) => {
      calls.set(call.to, call)
      call.answer(answer(call.to))
    },
  )
  await gateway.upsertTrunk(trunkAt(carrier.port))
  const dial = async (to: string) => {
    const request = {
      attemptId: `to-${to}`,
      trunkId: 'trunk',
      to,
      callerId: '',
      ringTimeoutMs: 10_000,
      maxDurationMs: 60_000,
    }
    const leg = await gateway.originate(request)
    const events: LegEvent[] = []
    void (async () => {
      for await (const event of leg.events) events.push(event)
    })()
    await until('the answer', () => events.some(({ t }) => t === 'answered'))
    return { leg, events }
  }
  return { gateway, carrier, calls, dial }
}

test('hold in its three forms, resume, and a change of law keep one stream without loss', async (t) => {
  const phone = await telephone(t)
  const { calls, dial } = await open(t, () => phone.sdp('PCMU'))
  const { leg, events } = await dial('100')
  leg.play(toneFile(20_000), { loop: true })
  await phone.hears('PCMU')
  const call = calls.get('100')!
  const holds: [direction: string, address: string, answered: string][] = [
    ['sendonly', host, 'recvonly'],
    ['inactive', host, 'inactive'],
    ['sendrecv', '0.0.0.0', 'sendrecv'],
  ]
  for (const [direction, address, answered] of holds) {
    assert.match(await call.reinvite(phone.sdp('PCMU', direction, address)), new RegExp(`^a=${answered}\\r$`, 'm'))
    const held = phone.heard.length
    assert.match(await call.reinvite(phone.sdp('PCMA')), /^m=audio \d+ RTP\/AVP 8\r$/m)
    // Packets already on their way when the hold was requested may still arrive.
    assert.ok(phone.heard.length - held < 10, `${phone.heard.length - held} while on hold`)
    await phone.hears('PCMA')
    assert.match(await call.reinvite(phone.sdp('PCMU')), /^m=audio \d+ RTP\/AVP 0\r$/m)
    await phone.hears('PCMU')
  }
  assertOneStream(phone.heard)
  assert.ok(!events.some((event) => event.t === 'ended'))
  await leg.hangup()
})

test('when both sides send a re-INVITE at once, one gets 491 and is sent again', async (t) => {
  const phone = await telephone(t)
  const { calls, dial } = await open(t, () => phone.sdp('PCMU'))
  const { leg } = await dial('100')
  const call = calls.get('100')!
  const first = call.reinvite(phone.sdp('PCMA'))
  await assert.rejects(call.reinvite(phone.sdp('PCMU')), { status: 491 })
  assert.match(await first, /RTP\/AVP 8\r/)
  assert.match(await call.reinvite(phone.sdp('PCMU')), /RTP\/AVP 0\r/)
  await phone.hears('PCMU')
  assertOneStream(phone.heard)
  await leg.hangup()
})

test('packets of up to 160 ms cross a bridge whole', async (t) => {
  const [a, b] = [await telephone(t), await telephone(t)]
  const { calls, dial } = await open(t, (to) => (to === '100' ? a : b).sdp('PCMU'))
  const { leg } = await dial('100')
  const transferred = await leg.transfer({ to: '200', mode: 'bridge', ringTimeoutMs: 10_000 })
  assert.equal(transferred.ok, true)
  const port = Number(/m=audio (\d+)/.exec(calls.get('100')!.offer!)![1])
  for (const ms of [20, 60, 80, 120, 160]) {
    const bytes = ms * 8
    const whole = () => b.heard.filter(({ payloadStart, payloadEnd }) => payloadEnd - payloadStart === bytes).length
    // The first packets may arrive before the bridge is complete.
    await until(`packets of ${ms} ms`, () => {
      a.say(port, bytes)
      return whole() > 3
    })
  }
  await leg.hangup()
})

/** Hand-written SIP, because our user agent makes an offer in every INVITE. */
async function caller(t: TestContext, to: { host: string; port: number }) {
  const socket = createSocket('udp4').bind(0, host)
  await once(socket, 'listening')
  t.after(() => socket.close())
  const { port } = socket.address()
  const responses: ReceivedResponse[] = []
  const requests: string[] = []
  socket.on('message', (data) => {
    const message = parseMessage(data)
    if (message?.type === 'response') responses.push(message)
    if (message?.type === 'request') requests.push(message.method)
  })
  const final = (sequence: number) => responses.find(({ cseq, status }) => cseq === sequence && status >= 200)
  function send(method: string, sequence: number, body = ''): void {
    const tag = responses.at(-1)?.to.params.get('tag')
    const lines = [
      `${method} sip:house@${host} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${method}${sequence};rport`,
      `From: <sip:5550177@${host}>;tag=caller`,
      `To: <sip:house@${host}>${tag ? `;tag=${tag}` : ''}`,
      'Call-ID: by-hand',
      `CSeq: ${sequence} ${method}`,
      `Contact: <sip:caller@${host}:${port}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
    ]
    socket.send([...lines, '', body].join('\r\n'), to.port, to.host)
  }
  return { send, final, requests }
}

test('an INVITE without an offer is answered with our offer, and so is a later re-INVITE', async (t) => {
  const phone = await telephone(t)
  const { gateway } = await open(t, () => phone.sdp('PCMU'))
  const legs: InboundLeg[] = []
  gateway.onInbound((leg) => legs.push(leg))
  const { send, final, requests } = await caller(t, gateway.sip)
  send('INVITE', 1)
  await until('the call', () => legs.length === 1)
  const [leg] = legs as [InboundLeg]
  const events: LegEvent[] = []
  void (async () => {
    for await (const event of leg.events) events.push(event)
  })()
  let isAnswered = false
  const answering = leg.answer().then(() => (isAnswered = true))
  await until('the 200', () => final(1)?.status === 200)
  assert.match(final(1)!.body, /^m=audio \d+ RTP\/AVP 0 8 101\r$/m)
  assert.equal(isAnswered, false, 'there is no audio before the caller has chosen')

  send('ACK', 1, phone.sdp('PCMA'))
  await answering
  assert.ok(events.some((event) => event.t === 'answered' && event.codec === 'PCMA'))
  await phone.hears('PCMA')

  send('INVITE', 2)
  await until('the second 200', () => final(2)?.status === 200)
  assert.equal(header(final(2)!.headers, 'content-type'), 'application/sdp')
  assert.match(final(2)!.body, /^m=audio \d+ RTP\/AVP 0 8 101\r$/m)
  send('ACK', 2, phone.sdp('PCMU'))
  await phone.hears('PCMU')
  assertOneStream(phone.heard)
  // This caller does not answer BYE: the confirmation that `hangup` waits for would not come within 32 s.
  void leg.hangup()
  await until('the BYE', () => requests.includes('BYE'))
})

test('a caller whose ACK has no answer to our offer is hung up', async (t) => {
  const { gateway } = await open(t, () => '')
  const legs: InboundLeg[] = []
  gateway.onInbound((leg) => legs.push(leg))
  const { send, final, requests } = await caller(t, gateway.sip)
  send('INVITE', 1)
  await until('the call', () => legs.length === 1)
  const answering = legs[0]!.answer()
  await until('the 200', () => final(1)?.status === 200)
  send('ACK', 1)
  await answering
  await until('the BYE', () => requests.includes('BYE'))
  const events: LegEvent[] = []
  for await (const event of legs[0]!.events) events.push(event)
  const ended = events.at(-1)!
  assert.ok(ended.t === 'ended' && ended.cause === 'unavailable')
})
