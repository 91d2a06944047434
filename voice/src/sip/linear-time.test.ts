import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerAudio, remoteAudio } from '../media/sdp/negotiation.ts'
import { parseSdp } from '../media/sdp/sdp.ts'
import { createDtmfReceiver } from '../media/rtp/dtmf.ts'
import { parseReport } from '../media/rtp/rtcp.ts'
import { emptyPacket, parseRtp } from '../media/rtp/rtp.ts'
import { createAuthenticator } from './digest.ts'
import { headerNumber, headerValues, parseParams, parseVia } from './message/headers.ts'
import { parseMessage } from './message/message.ts'
import type { SipResponse } from './message/message.ts'
import { sessionDescription } from './message/session-description.ts'
import { parseNameAddr, parseUri } from './message/uri.ts'
import { answerInterval } from './dialog/session-timer.ts'
import { createFramer } from './transport/stream-framing.ts'
import { answerAll, callPeer } from './test/peer.ts'

/**
 * Messages of unknown senders and carriers are read by the thread that sends the audio of all calls. A parser whose work
 * grows with the square of the input costs seconds for 128 KB and hundreds of ms for 16 KB; a linear one some ms, and less than one.
 */
const longBytes = 131_072
const longWithinMs = 150
const messageBytes = 16_000
/** About 1 ms on a machine of 2026; a quadratic parser took 645. */
const messageWithinMs = 5

/** Returns the ms of the fastest of several runs, since a busy machine only adds time. */
function quickestMs(run: () => void, goodEnoughMs: number): number {
  let least = Infinity
  for (let tries = 0; tries < 15 && least > goodEnoughMs; tries++) {
    const before = performance.now()
    run()
    least = Math.min(least, performance.now() - before)
  }
  return least
}

/** Inputs that are slow for a quadratic parser, alone and alternating. */
const runs = [' ', '\t', '0', 'a', ';', ',', ':', '=', '"', '\\', '<', '>', '@', '/', '.', '-', '[', '%', '\n', '\r']
const pairs = [
  '; ',
  ' ;',
  ';=',
  '= ',
  'a=',
  '";',
  '\\"',
  '<>',
  'a,',
  '0,',
  'sip:',
  ';lr',
  ';rport',
  '\r\n',
  '\n\n',
  '--',
]
const fillers = [...runs, ...pairs]

const fill = (unit: string, bytes: number) => unit.repeat(Math.ceil(bytes / unit.length)).slice(0, bytes)

const response = (value: string): SipResponse => ({
  status: 401,
  reason: '',
  headers: [['www-authenticate', value]],
  body: '',
})

/** Every parser of one value, with positions for a run of characters: `~` is the run. */
const readers: Record<string, { read: (text: string) => unknown; shapes: string[] }> = {
  Via: {
    read: parseVia,
    shapes: [
      '~',
      'SIP/2.0/UDP h~x',
      'SIP/2.0/UDP ~x',
      'SIP~x',
      'SIP/2.0/~',
      'SIP/2.0/UDP h:5060~x',
      'SIP/2.0/UDP h;~x',
    ],
  },
  address: { read: parseNameAddr, shapes: ['~', '"~', '"a" <~', '<sip:a@h>~x', '<sip:a@h>;~', 'sip:a@h;~'] },
  URI: {
    read: parseUri,
    shapes: ['~', 'sip:~', 'sip:a@~', 'sip:a@h:~', 'sip:a@h;~x y', 'sip:a@h?~ ', 'tel:~ ', 'tel:1;~ '],
  },
  parameters: { read: parseParams, shapes: ['~', ';a=~', ';a="~'] },
  list: { read: (text) => headerValues([['route', text]], 'route'), shapes: ['~', '<~', '"~'] },
  number: { read: (text) => headerNumber([['expires', text]], 'expires'), shapes: ['~', '1~', ' ~1'] },
  challenge: {
    read: (text) => createAuthenticator('u', 'p').challenged(response(text), new Map()),
    shapes: ['~', 'Digest ~', 'Digest~=', 'Digest realm="~', 'Digest realm="a", nonce="b"~', 'a ~b'],
  },
  'session interval': {
    read: (text) =>
      answerInterval({ ...response(''), headers: [['session-expires', text]] } as unknown as Parameters<
        typeof answerInterval
      >[0]),
    shapes: ['~', '90~x', '90;~', '90;refresher~x', '90;refresher=~'],
  },
  'content type': {
    read: (text) => sessionDescription({ headers: [['content-type', text]], body: 'x' }),
    shapes: [
      '~',
      'multipart/~',
      'multipart/mixed~x',
      'multipart/mixed;~',
      'multipart/mixed;boundary~',
      'multipart/a;boundary="~',
    ],
  },
  'parts of a body': {
    read: (text) => sessionDescription({ headers: [['content-type', 'multipart/mixed;boundary=-']], body: text }),
    shapes: ['~', '---\r\ncontent-type~x', '---\r\ncontent-type:~\r\n\r\n', '---\r\n\r\n~'],
  },
  'stream framing': {
    read(text) {
      const framer = createFramer()
      const head = Buffer.from(text.slice(0, 16_000))
      try {
        for (let at = 0; at < head.length; at += 40) framer.push(head.subarray(at, at + 40))
        framer.push(Buffer.from('\r\n\r\n'))
      } catch (error) {
        assert.match(String(error), /MalformedStream/)
      }
    },
    shapes: ['~', 'content-length~x', 'l:~1', 'l: 1~x', 'a:\r\n~'],
  },
}

for (const [what, { read, shapes }] of Object.entries(readers))
  test(`${what}: the time for 128 KB of any run is linear`, () => {
    for (const shape of shapes)
      for (const filler of fillers) {
        const text = shape.replace('~', () => fill(filler, longBytes))
        const ms = quickestMs(() => read(text), longWithinMs)
        assert.ok(ms <= longWithinMs, `${JSON.stringify(filler)} in ${shape} took ${Math.round(ms)} ms`)
      }
  })

const essentials: Record<string, string> = {
  Via: 'SIP/2.0/UDP h;branch=z9hG4bKx',
  From: '<sip:a@h>;tag=1',
  To: '<sip:b@h>',
  'Call-ID': 'c1',
  CSeq: '1 INVITE',
}

function message(change: Record<string, string>, { uri = 'sip:b@h', body = '', more = [] as string[] } = {}): Buffer {
  const lines = Object.entries({ ...essentials, ...change }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.from([`INVITE ${uri} SIP/2.0`, ...lines, ...more, '', body].join('\r\n'))
}

/** Messages of about 16 KB, or as much as is read of them. */
function* hostileMessages(): Generator<[string, Buffer]> {
  for (const filler of fillers) {
    const run = fill(filler.replaceAll(/[\r\n]+/g, '\r\n '), messageBytes)
    for (const [name, value] of Object.entries(essentials)) {
      yield [`${name} ${filler}`, message({ [name]: run })]
      yield [`${name} after ${filler}`, message({ [name]: `${value}${run}x` })]
      yield [`${name} before ${filler}`, message({ [name]: `${run}${value}` })]
    }
    for (const name of ['Content-Length', 'Max-Forwards', 'Content-Type', 'Contact', 'X', fill('A', 8000)])
      yield [`${name} ${filler}`, message({ [name]: run })]
    yield [`uri ${filler}`, message({}, { uri: `sip:${run.replaceAll(/\s/g, 'x')}` })]
    yield [`first line ${filler}`, Buffer.from(`${run} SIP/2.0\r\n\r\n`)]
    yield [`body ${filler}`, message({}, { body: fill(filler, messageBytes) })]
  }
  for (const line of ['a: b', 'a:', 'a', ' a', ' ', 'v: SIP/2.0/UDP h', 'Route: <sip:h>', 'To: <sip:a@h>', ': ', '\ta'])
    yield [`lines ${line}`, message({}, { more: Array.from({ length: 16_000 / (line.length + 2) }, () => line) })]
  for (const item of ['SIP/2.0/UDP h', '<sip:h;lr>', '"a" <sip:h>'])
    for (const name of ['Via', 'Route', 'Record-Route', 'Contact', 'X'])
      yield [`${name} of many ${item}`, message({ [name]: Array.from({ length: 1000 }, () => item).join() })]
}

test(`no message of 16 KB takes more than ${messageWithinMs} ms to read`, (t) => {
  let worst = 0
  for (const [what, data] of hostileMessages()) {
    const ms = quickestMs(() => parseMessage(data), messageWithinMs)
    worst = Math.max(worst, ms)
    assert.ok(ms <= messageWithinMs, `${what} took ${ms.toFixed(1)} ms`)
  }
  t.diagnostic(`the most expensive took ${worst.toFixed(2)} ms`)
})

test('nor any session description', (t) => {
  const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\nc=IN IP4 192.0.2.1\r\n'
  const audio = 'm=audio 4000 RTP/AVP 0\r\n'
  const bodies = fillers.flatMap((filler) => {
    const run = fill(filler, messageBytes)
    const shapes = [
      'o=~',
      'c=~',
      'c=IN IP4 1~x',
      'm=~',
      'm=audio 4000 RTP/AVP ~',
      'm=audio 4000~x',
      'a=rtpmap:~',
      'a=rtpmap:0 ~',
    ]
    const more = ['a=rtpmap:0 a/~x', 'a=fmtp:~', 'a=fmtp:0 ~', 'a=ptime:1~', 'a=rtcp:1~x', '~']
    return [...shapes, ...more].map((shape) => `${head}${audio}${shape.replace('~', () => run)}\r\n`)
  })
  const many = [
    'a=rtpmap:1 a/1',
    'a=fmtp:1 a',
    'a=sendrecv',
    'a=x',
    'b=1',
    'c=IN IP4 192.0.2.1',
    'm=audio 1 RTP/AVP 0',
    'm=audio 1 RTP/AVP 1',
  ]
  for (const line of many) bodies.push(`${head}${audio}${`${line}\r\n`.repeat(messageBytes / (line.length + 2))}`)
  const formats = Array.from({ length: 3000 }, (_, i) => 1000 + i).join(' ')
  bodies.push(`${head}m=audio 4000 RTP/AVP ${formats}\r\n${'a=rtpmap:1 a/1\r\n'.repeat(60)}`)
  const expensive = `m=audio 4000 RTP/AVP ${'1 '.repeat(64).trim()}\r\n${'a=rtpmap:2 a/1\r\n'.repeat(64)}`
  bodies.push(`${head}${expensive.repeat(12)}`)

  let worst = 0
  for (const body of bodies) {
    const ms = quickestMs(() => {
      try {
        const offer = parseSdp(body.slice(0, 16_384))
        answerAudio(offer, remoteAudio(offer, null), { address: '192.0.2.2', port: 4000, sessionId: '1', version: 1 })
      } catch (error) {
        assert.equal((error as Error).name, 'SdpError')
      }
    }, messageWithinMs)
    worst = Math.max(worst, ms)
    assert.ok(ms <= messageWithinMs, `${JSON.stringify(body.slice(60, 130))} took ${ms.toFixed(1)} ms`)
  }
  t.diagnostic(`the most expensive took ${worst.toFixed(2)} ms`)
})

test('nor any RTP, RTCP or key packet of 64 KB', () => {
  const packet = emptyPacket()
  const keys = createDtmfReceiver()
  for (const byte of [0x00, 0x80, 0x9f, 0xa0, 0xb0, 0xbf, 0xff]) {
    const datagram = Buffer.alloc(65_507, byte)
    const shortReports = Buffer.alloc(65_504)
    for (let at = 0; at < shortReports.length; at += 4) shortReports.set([0x9f, 200, 0, 0], at)
    const ms = quickestMs(() => {
      parseRtp(datagram, packet)
      parseReport(datagram, 1, 0)
      parseReport(shortReports, 1, 0)
      keys.receive(datagram, 0)
    }, messageWithinMs)
    assert.ok(ms <= messageWithinMs, `0x${byte.toString(16)} took ${ms} ms`)
  }
})

test('requests inside a call: an INFO, a NOTIFY or a Via of 60 KB is answered quickly', async () => {
  const call = await callPeer(answerAll)
  let sequence = 100
  for (const filler of fillers) {
    const run = fill(filler, 60_000)
    const line = run.replaceAll(/[\r\n]/g, ' ').slice(0, 12_000)
    const requests: [method: string, extra: string[], body: string][] = [
      ['INFO', ['Content-Type: application/dtmf-relay'], run],
      ['INFO', ['Content-Type: application/dtmf-relay'], `Signal${run}`],
      ['INFO', ['Content-Type: application/dtmf-relay'], `Signal=${run}`],
      ['NOTIFY', ['Event: refer', 'Content-Type: message/sipfrag'], run],
      ['NOTIFY', ['Event: refer'], `SIP/2.0${run}`],
      ['NOTIFY', [`Event: refer${line}x`], ''],
      ['UPDATE', [`Session-Expires: 90${line}x`], ''],
      ['INVITE', [`Content-Type: multipart/mixed;boundary${line}`], run],
      ['REFER', [`Refer-To: ${line}`], ''],
      ['OPTIONS', [`Require: ${line}`], ''],
    ]
    for (const [method, extra, body] of requests) {
      const before = process.threadCpuUsage()
      const status = await call.inside(method, ++sequence, extra, body)
      const { user, system } = process.threadCpuUsage(before)
      if (method === 'INFO') assert.ok(status === 513 || status === 200, `INFO was answered ${status}`)
      // Including building and responding; 60 KB of newlines took 7 s before.
      assert.ok(user + system < 200_000, `${method} ${JSON.stringify(filler)} took ${(user + system) / 1000} ms`)
    }
  }
})

test('the response to a Via full of white space is written in linear time too', async () => {
  const call = await callPeer(answerAll)
  for (const filler of fillers) {
    const run = fill(filler.replaceAll(/[\r\n]/g, ' '), 15_000)
    for (const params of [`;rport${run}x`, `;rport=${run}x`, `;received${run}`, `;${run}rport`]) {
      const lines = [
        'OPTIONS sip:alice@127.0.0.1:6001 SIP/2.0',
        `Via: SIP/2.0/UDP 127.0.0.1:6002;branch=z9hG4bKv${params}`,
        'From: <sip:a@h>;tag=1',
        'To: <sip:b@h>',
        `Call-ID: ${Math.random()}`,
        'CSeq: 1 OPTIONS',
        '',
        '',
      ]
      const before = process.threadCpuUsage()
      call.send(lines.join('\r\n'))
      await call.network.clock.advance(5)
      const { user, system } = process.threadCpuUsage(before)
      assert.ok(user + system < 200_000, `${JSON.stringify(params.slice(0, 20))} took ${(user + system) / 1000} ms`)
    }
  }
  assert.ok(call.responses.length > fillers.length, `${call.responses.length} were answered`)
})
