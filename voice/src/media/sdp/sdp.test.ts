import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'

import { answerAudio, maySend, mustHear, offerAudio, remoteAudio } from './negotiation.ts'
import { buildSdp, parseSdp, SdpError } from './sdp.ts'
import type { SessionDescription } from './sdp.ts'

const local = { address: '192.0.2.1', port: 40000, sessionId: '7', version: 1 }
const head = 'v=0\r\no=- 1 1 IN IP4 198.51.100.9\r\ns=-\r\nt=0 0\r\n'
const session = 'v=0\r\no=- 1 1 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\n'
const token = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,8}$/)
const address = fc.ipV4()

const description: fc.Arbitrary<SessionDescription> = fc.record({
  origin: fc.record({ username: token, sessionId: token, version: token, address }),
  media: fc.array(
    fc.record({
      kind: token,
      port: fc.nat(65535),
      protocol: fc.constantFrom('RTP/AVP', 'RTP/SAVP', 'udptl'),
      formats: fc.array(fc.nat(127).map(String), { minLength: 1, maxLength: 5 }),
      address,
      direction: fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive'),
      rtpMaps: fc.array(fc.record({ payloadType: fc.nat(127), encoding: token, clockRate: fc.nat(192000) }), {
        maxLength: 4,
      }),
      formatParameters: fc.array(fc.record({ format: token, parameters: token }), { maxLength: 2 }),
      ptimeMs: fc.option(fc.nat(120)),
      rtcpPort: fc.option(fc.nat(65535)),
    }),
    { minLength: 1, maxLength: 4 },
  ),
})

test('a built description is parsed back unchanged', () => {
  fc.assert(
    fc.property(description, (each) => assert.equal(JSON.stringify(parseSdp(buildSdp(each))), JSON.stringify(each))),
  )
})

test('any text is negotiated or refused with an SdpError', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'v=0',
      'c=IN IP4 0.0.0.0',
      'c=IN IP6 ::1',
      'a=sendonly',
      'a=rtpmap:8 PCMA/8000',
      'a=rtcp:9',
      'm=audio 4 RTP/AVP 8 0',
    ),
    fc.string({ maxLength: 30 }).map((text) => `a=${text}`),
    fc.string({ maxLength: 30 }).map((text) => `m=${text}`),
    fc.string({ maxLength: 30 }),
  )
  const text = fc.array(line, { maxLength: 12 }).map((lines) => head + lines.join('\r\n'))
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ maxLength: 200 })), (sdp) => {
      try {
        const offer = parseSdp(sdp)
        parseSdp(buildSdp(answerAudio(offer, remoteAudio(offer, null), local)))
      } catch (error) {
        assert.ok(error instanceof SdpError, String(error))
        assert.match(error.message, /[.]$/)
      }
    }),
    { numRuns: 2000 },
  )
})

test('we offer both laws and keys', () => {
  const sdp = buildSdp(offerAudio(local))
  assert.match(sdp, /^m=audio 40000 RTP\/AVP 0 8 101\r$/m)
  assert.match(sdp, /^a=rtpmap:101 telephone-event\/8000\r$/m)
  assert.match(sdp, /^a=ptime:20\r$/m)
})

test('the answer takes the first codec we know, their payload types, and refuses other media', () => {
  const offer = parseSdp(
    `${session}m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n` +
      'm=audio 4000 RTP/AVP 18 8 0 97\r\na=rtpmap:97 telephone-event/8000\r\nm=audio 4002 RTP/AVP 0\r\n',
  )
  const remote = remoteAudio(offer, null)
  assert.equal(remote.codec, 'PCMA')
  assert.equal(remote.dtmfPayloadType, 97)
  const answer = parseSdp(buildSdp(answerAudio(offer, remote, local)))
  assert.deepEqual(
    answer.media.map(({ kind, port, formats }) => [kind, port, formats]),
    [
      ['video', 0, ['96']],
      ['audio', 40000, ['8', '97']],
      ['audio', 0, ['0']],
    ],
  )
})

test('the codec in use is kept by a re-INVITE that still has it', () => {
  const offer = parseSdp(`${session}m=audio 4000 RTP/AVP 8 0\r\n`)
  assert.equal(remoteAudio(offer, 'PCMU').codec, 'PCMU')
})

test('RTCP goes to the next port unless another is named, and always to a valid port', () => {
  const rtcpPort = (media: string) => remoteAudio(parseSdp(session + media), null).rtcpPort
  assert.equal(rtcpPort('m=audio 4000 RTP/AVP 0\r\n'), 4001)
  assert.equal(rtcpPort('m=audio 4000 RTP/AVP 0\r\na=rtcp:5000\r\n'), 5000)
  assert.equal(rtcpPort('m=audio 4000 RTP/AVP 0\r\na=rtcp:0\r\n'), 4001)
  assert.equal(rtcpPort('m=audio 65535 RTP/AVP 0\r\n'), 65535)
})

test('the address of the medium takes precedence over that of the session', () => {
  const offer = parseSdp(`${session}m=audio 4000 RTP/AVP 0\r\nc=IN IP4 203.0.113.5\r\n`)
  assert.equal(remoteAudio(offer, null).address, '203.0.113.5')
})

test('hold is recognised as sendonly, as inactive, for the session, and as 0.0.0.0', () => {
  const cases = [
    { sdp: `${session}m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n`, answer: 'recvonly' },
    { sdp: `${session}m=audio 4000 RTP/AVP 0\r\na=inactive\r\n`, answer: 'inactive' },
    { sdp: `${session}a=sendonly\r\nm=audio 4000 RTP/AVP 0\r\n`, answer: 'recvonly' },
    { sdp: `${head}c=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 0\r\n`, answer: 'sendrecv' },
  ]
  for (const { sdp, answer } of cases) {
    const offer = parseSdp(sdp)
    const remote = remoteAudio(offer, null)
    assert.equal(maySend(remote), false, sdp)
    assert.equal(mustHear(remote), false, sdp)
    assert.equal(answerAudio(offer, remote, local).media[0]!.direction, answer)
  }
})

test('a description that cannot become a call is refused with a sentence', () => {
  const refused = (media: string, why: RegExp) =>
    assert.throws(
      () => remoteAudio(parseSdp(media), null),
      (error: Error) => error instanceof SdpError && why.test(error.message),
    )
  refused(`${session}m=audio 0 RTP/AVP 0\r\n`, /refused the audio \(port 0\)/)
  refused(`${session}m=audio 4000 RTP/AVP 18 9\r\na=rtpmap:18 G729/8000\r\n`, /no common codec: they take G729, 9/)
  refused(`${session}m=audio 4000 RTP/SAVP 0\r\n`, /wants RTP\/SAVP/)
  refused(`${session}m=video 4000 RTP/AVP 96\r\n`, /describes no audio/)
  refused(`${head}m=audio 4000 RTP/AVP 0\r\n`, /no "c=" line/)
  refused(`${head}c=IN IP4 239.1.1.1\r\nm=audio 4000 RTP/AVP 0\r\n`, /multicast/)
  refused(`${head}c=IN IP6 2001:db8::1\r\nm=audio 4000 RTP/AVP 0\r\n`, /not an IPv4 address/)
  refused('v=1\r\n', /does not begin with "v=0"/)
})
