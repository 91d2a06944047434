import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { header, headerValues } from './headers.ts'
import type { Header } from './headers.ts'
import { parseMessage } from './message.ts'
import { redact, serialise } from './serialise.ts'
import { parseNameAddr, parseUri } from './uri.ts'

function parse(...lines: string[]) {
  return parseMessage(Buffer.from(lines.join('\r\n')))
}

function request(...lines: string[]) {
  const message = parse(...lines)
  assert.ok(message?.type === 'request', message?.type === 'malformed' ? message.reason : 'not a request')
  return message
}

const essentials = [
  'Via: SIP/2.0/UDP h.test;branch=z9hG4bKx',
  'From: <sip:a@h.test>;tag=1',
  'To: <sip:b@h.test>',
  'Call-ID: c1',
]

test('RFC 4475 3.1.1.1: a short tortuous INVITE', () => {
  const message = request(
    'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
    'TO :',
    ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
    'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
    '  ;',
    '  tag = 98asjd8',
    'MaX-fOrWaRdS: 0068',
    'Call-ID: wsinv.ndaksdj@192.0.2.1',
    'Content-Length   : 150',
    'cseq: 0009',
    '  INVITE',
    'Via  : SIP  /   2.0',
    ' /UDP',
    '    192.0.2.2;branch=390skdjuw',
    's :',
    'NewFangledHeader:   newfangled value',
    ' continued newfangled value',
    'UnknownHeaderWithUnusualValue: ;;,,;;,;',
    'Content-Type: application/sdp',
    'Route:',
    ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
    'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
    '  branch  =   z9hG4bK9ikj8  ,',
    ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
    ' z9hG4bK30239',
    'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
    '      newvalue ;',
    '  secondparam ; q = 0.33',
    '',
    'v=0'.padEnd(150, 'x'),
  )
  assert.equal(message.to.params.get('tag'), '1918181833n')
  assert.equal(message.from.display, 'J Rosenberg \\"')
  assert.equal(message.from.params.get('tag'), '98asjd8')
  assert.equal(message.cseq, 9)
  assert.deepEqual({ host: message.via.host, branch: message.via.branch }, { host: '192.0.2.2', branch: '390skdjuw' })
  assert.equal(headerValues(message.headers, 'via').length, 3)
  const contact = parseNameAddr(header(message.headers, 'contact')!)
  assert.equal(contact?.display, 'Quoted string ""')
  assert.equal(contact?.params.get('q'), '0.33')
  assert.equal(message.body.length, 150)
})

test('RFC 4475 3.1.1.2: every character that a token may have', () => {
  const method = "!interesting-Method0123456789_*+`.%indeed'~"
  const message = request(
    `${method} sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0`,
    "Via: SIP/2.0/UDP host1.example.com;rport;branch=z9hG4bK-.!%66*_+`'~",
    'To: "BEL:\\\u0007 NUL:\\\u0000 DEL:\\\u007f" <sip:1_unusual.URI~(to-be!sure)@example.com>',
    "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u0440\u0430\u0431\u043e\u0442\u0430\";tag=_token~1'+`*%!-.",
    'Call-ID: intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
    `CSeq: 139122385 ${method}`,
    'Max-Forwards: 255',
    "extensionHeader-!.%*+_`'~:\ufeff\u5927\u505c\u96fb",
    'Content-Length: 0',
    '',
    '',
  )
  assert.equal(message.method, method)
  assert.equal(message.via.rport, true)
  assert.equal(message.from.params.get('tag'), "_token~1'+`*%!-.")
  assert.match(parseUri(message.uri)?.user ?? '', /^1_unusual/)
})

test('RFC 4475 3.1.1.3 to 3.1.1.7: escapes, long values, repeated Via', () => {
  const escaped = request(
    'INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0',
    ...essentials,
    'CSeq: 1 INVITE',
    '',
    '',
  )
  assert.equal(parseUri(escaped.uri)?.user, 'sips%3Auser%40example.com')
  const zero = request(
    'REGISTER sip:example.com SIP/2.0',
    ...essentials,
    'CSeq: 1 REGISTER',
    'm: <sip:%00@h.test>',
    '',
    '',
  )
  assert.equal(header(zero.headers, 'contact'), '<sip:%00@h.test>')
  const long = 'x'.repeat(3000)
  const longRequest = request(
    'INVITE sip:u@h.test SIP/2.0',
    ...essentials,
    'CSeq: 1 INVITE',
    `Unknown-${long.slice(0, 400)}: ${long}`,
    '',
    '',
  )
  assert.equal(longRequest.headers.at(-1)?.[1].length, 3000)
  const semi = parseUri('sip:user;par=u%40example.net@example.com')
  assert.equal(semi?.user, 'user;par=u%40example.net')
  assert.equal(parseUri('sip:user@example.com:5070;transport=udp?Subject=x')?.port, 5070)
})

test('RFC 4475 3.1.1.13: an empty reason phrase', () => {
  const message = parse('SIP/2.0 100 ', ...essentials, 'CSeq: 35 INVITE', '', '')
  assert.ok(message?.type === 'response')
  assert.deepEqual([message.status, message.reason], [100, ''])
})

const malformed: [string, string[]][] = [
  [
    '3.1.2.1 extra commas and a broken Via',
    ['INVITE sip:u@h SIP/2.0', 'Via: SIP/2.0/UDP ;branch=x', ...essentials.slice(1), 'CSeq: 1 INVITE', '', ''],
  ],
  [
    '3.1.2.2 Content-Length beyond the datagram',
    ['INVITE sip:u@h SIP/2.0', ...essentials, 'CSeq: 1 INVITE', 'l: 9999', '', 'v=0'],
  ],
  [
    '3.1.2.3 a negative Content-Length',
    ['INVITE sip:u@h SIP/2.0', ...essentials, 'CSeq: 1 INVITE', 'Content-Length: -999', '', 'v=0'],
  ],
  [
    '3.1.2.4 scalars out of range',
    ['REGISTER sip:h SIP/2.0', ...essentials, 'CSeq: 36893488147419103232 REGISTER', '', ''],
  ],
  [
    '3.1.2.6 an unterminated quoted string in To',
    [
      'INVITE sip:u@h SIP/2.0',
      essentials[0]!,
      essentials[1]!,
      'To: "Mr. J. User <sip:j@h>',
      'Call-ID: c',
      'CSeq: 1 INVITE',
      '',
      '',
    ],
  ],
  [
    '3.1.2.7 <> around the Request-URI with spaces',
    ['INVITE <sip:u@h lr> SIP/2.0', ...essentials, 'CSeq: 1 INVITE', '', ''],
  ],
  ['3.1.2.9 spaces within the request line', ['INVITE  sip:u@h  SIP/2.0', ...essentials, 'CSeq: 1 INVITE', '', '']],
  ['3.1.2.16 an unknown version', ['OPTIONS sip:h SIP/7.0', ...essentials, 'CSeq: 1 OPTIONS', '', '']],
  ['3.1.2.17 the method of CSeq differs', ['OPTIONS sip:h SIP/2.0', ...essentials, 'CSeq: 1 INVITE', '', '']],
  [
    '3.1.2.19 a response code too large',
    ['SIP/2.0 4294967301 better not break the receiver', ...essentials, 'CSeq: 1 INVITE', '', ''],
  ],
  ['3.3.1 missing required headers', ['INVITE sip:u@h SIP/2.0', 'CSeq: 1 INVITE', '', '']],
  [
    '3.3.8 headers repeated that may stand once',
    ['INVITE sip:u@h SIP/2.0', ...essentials, 'CSeq: 1 INVITE', 'CSeq: 2 INVITE', '', ''],
  ],
  ['no end of headers', ['INVITE sip:u@h SIP/2.0', ...essentials, 'CSeq: 1 INVITE']],
  [
    'too many headers',
    ['INVITE sip:u@h SIP/2.0', ...essentials, 'CSeq: 1 INVITE', ...Array.from({ length: 200 }, () => 'X: y'), '', ''],
  ],
  [
    'headers too large',
    ['INVITE sip:u@h SIP/2.0', ...essentials, 'CSeq: 1 INVITE', `X: ${'y'.repeat(20_000)}`, '', ''],
  ],
]

for (const [name, lines] of malformed) {
  test(`malformed, with a reason: ${name}`, () => {
    const message = parse(...lines)
    assert.equal(message?.type, 'malformed')
    assert.notEqual(message.reason, '')
  })
}

test('an unknown version is recognised, so that it gets a 505', () => {
  const message = parse('OPTIONS sip:h SIP/7.0', ...essentials, 'CSeq: 1 OPTIONS', '', '')
  assert.ok(message?.type === 'malformed')
  assert.equal(message.status, 505)
})

test('keep-alives are not messages', () => {
  assert.equal(parse('', '', ''), null)
  assert.equal(parseMessage(Buffer.alloc(0)), null)
})

test('bytes after Content-Length are ignored', () => {
  assert.equal(request('INFO sip:u@h SIP/2.0', ...essentials, 'CSeq: 1 INFO', 'l: 3', '', 'abcdef').body, 'abc')
})

test('no datagram makes the parser throw', () => {
  const valid = Buffer.from(['INVITE sip:u@h SIP/2.0', ...essentials, 'CSeq: 1 INVITE', 'l: 3', '', 'abc'].join('\r\n'))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void parseMessage(Buffer.from(bytes))))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 8 }),
      fc.nat(valid.length),
      (edits, cut) => {
        const damaged = Buffer.from(valid)
        for (const [at, byte] of edits) damaged[at] = byte
        const message = parseMessage(damaged.subarray(0, cut === 0 ? valid.length : cut))
        assert.ok(message === null || ['request', 'response', 'malformed'].includes(message.type))
      },
    ),
  )
})

test('a serialised message is parsed back unchanged', () => {
  const word = fc.stringMatching(/^[A-Za-z][\w.-]{0,12}$/)
  const value = fc.stringMatching(/^[!-~](?:[ -~]{0,30}[!-~])?$/)
  const free = fc.tuple(
    word.map((name) => `x-${name.toLowerCase()}`),
    value,
  )
  const body = fc.string({ maxLength: 60, unit: 'grapheme' })
  fc.assert(
    fc.property(
      word,
      word,
      fc.array(free, { maxLength: 10 }),
      body,
      fc.nat(2 ** 31 - 1),
      (user, method, extra, text, sequence) => {
        const headers: Header[] = [
          ['via', 'SIP/2.0/UDP h.test:5070;branch=z9hG4bKx;rport'],
          ['from', `<sip:${user}@h.test>;tag=1`],
          ['to', `<sip:${user}@h.test>`],
          ['call-id', 'c1'],
          ['cseq', `${sequence} ${method}`],
          ...extra,
        ]
        const message = parseMessage(Buffer.from(serialise({ method, uri: `sip:${user}@h.test`, headers, body: text })))
        assert.ok(message?.type === 'request')
        assert.equal(message.method, method)
        assert.equal(message.body, text)
        assert.deepEqual(message.headers.slice(0, -1), headers)
      },
    ),
  )
})

test('an outside value cannot inject a header', () => {
  const text = serialise({ method: 'INFO', uri: 'sip:u@h', headers: [['subject', 'a\r\nAuthorization: b']], body: '' })
  assert.match(text, /^Subject: a Authorization: b$/m)
})

test('traces show no credentials, not even folded ones', () => {
  const text =
    'INVITE sip:u@h SIP/2.0\r\nProxy-Authorization: Digest username="u",\r\n response="cafe"\r\nauthorization : x\r\nTo: <sip:b@h>\r\n'
  assert.equal(
    redact(text),
    'INVITE sip:u@h SIP/2.0\r\nProxy-Authorization: [redacted]\r\nauthorization : [redacted]\r\nTo: <sip:b@h>\r\n',
  )
})
