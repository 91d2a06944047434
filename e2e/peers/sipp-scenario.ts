import { join } from 'node:path'

/** What a called person does. */
export type Behaviour =
  /**
   * Answers, presses the keys by RFC 4733, waiting `afterMs` (default 1000) before each, then talks (`talkPath`: raw µ-law,
   * looped; default silence) until hung up.
   */
  | { does: 'press'; keys: string; afterMs?: number; talkPath?: string }
  /** Answers and stays, silent or talking, until the other side hangs up. */
  | { does: 'listen'; talkPath?: string }
  /** Answers and hangs up after `afterMs` (default 1000). */
  | { does: 'hang up'; afterMs?: number }
  /** Does not answer; the phone rings until the caller gives up. */
  | { does: 'let ring' }
  | { does: 'reject'; status: 404 | 480 | 486 | 503 | 603 }

export interface Script {
  /**
   * By the last digits of the called number: `'7'` is every number ending in 7, `'0042'` those four. The longest that fits
   * counts. A list is gone through call by call, its last one stays; Kamailio counts the calls (in `attemptHeader`).
   */
  byNumberEnding: Record<string, Behaviour | Behaviour[]>
  otherwise: Behaviour
  /** From INVITE to the answer, default 300. */
  ringMs?: number
}

export const attemptHeader = 'X-Attempt'

interface Case {
  behaviour: Behaviour
  /** POSIX extended regular expression over the whole INVITE, in which `.` also matches line ends. */
  invite: string
}

const reasons = {
  404: 'Not Found',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  503: 'Service Unavailable',
  603: 'Decline',
}

/** The files that a scenario expects in its `soundFolder`. */
export const silenceName = 'silence.ul'
export const keyPressName = (key: string, position: number) => `key-${'0123456789*#'.indexOf(key)}-${position}.pcap`

/**
 * One SIPp scenario for all called numbers: it branches on the end of the number in the Request-URI. Everyone who answers
 * sends audio at once (silence unless told otherwise), as telephones do, but a key pressed comes before any audio: SIPp sends
 * the two as separate RTP streams.
 */
export function calledPeople({ byNumberEnding, otherwise, ringMs = 300 }: Script, soundFolder: string): string {
  const cases = toCases(byNumberEnding)
  const behaviours = [...cases.map((each) => each.behaviour), otherwise]
  return scenario('called people', [
    receiveInvite(cases),
    ...cases.map((_, i) => `<nop next="behaviour${i}" test="case${i}"/>`),
    `<nop next="behaviour${cases.length}"/>`,
    ...behaviours.flatMap((behaviour, i) => [
      `<label id="behaviour${i}"/>`,
      ...steps(behaviour, i, ringMs, soundFolder),
    ]),
    ...cancelled,
    '<label id="ended by caller"/>',
    reply('200 OK'),
    '<label id="end"/>',
    '<timewait milliseconds="500"/>',
  ])
}

/** In the order of asking: longer endings first, numbered attempts before the rest. */
function toCases(byNumberEnding: Script['byNumberEnding']): Case[] {
  const endings = Object.keys(byNumberEnding).toSorted((a, b) => b.length - a.length)
  return endings.flatMap((ending) => {
    const number = `^INVITE sips?:[^@;]*${ending}[@;]`
    const behaviours = [byNumberEnding[ending]!].flat()
    return behaviours.map((behaviour, i) => {
      const isLast = i === behaviours.length - 1
      return { behaviour, invite: isLast ? number : `${number}.*${attemptHeader}: ${i + 1}[^0-9]` }
    })
  })
}

/** Someone who calls `[field0]` through a proxy that asks for digest, talks for `talkMs` and hangs up. */
export function caller({ user, password, realm, talkPath, talkMs }: Caller): string {
  const invite = (cseq: number, authentication: string) =>
    request('INVITE', {
      uri: 'sip:[field0]@[remote_ip]:[remote_port]',
      headers: [
        `From: <sip:${user}@${realm}>;tag=[pid]caller[call_number]`,
        'To: <sip:[field0]@[remote_ip]:[remote_port]>',
        `CSeq: ${cseq} INVITE`,
        `Contact: <sip:${user}@[local_ip]:[local_port]>`,
        authentication,
      ],
      body: sdp,
    })
  const inDialog = (method: string, cseq: number) =>
    request(method, {
      uri: '[next_url]',
      headers: [
        '[routes]',
        `From: <sip:${user}@${realm}>;tag=[pid]caller[call_number]`,
        'To: <sip:[field0]@[remote_ip]:[remote_port]>[peer_tag_param]',
        `CSeq: ${cseq} ${method}`,
      ],
    })
  const acknowledge = (cseq: number) =>
    request('ACK', {
      uri: 'sip:[field0]@[remote_ip]:[remote_port]',
      headers: [`From: <sip:${user}@${realm}>;tag=[pid]caller[call_number]`, '[last_To:]', `CSeq: ${cseq} ACK`],
    })
  return scenario('caller', [
    invite(1, ''),
    '<recv response="100" optional="true"/>',
    '<recv response="407" auth="true"/>',
    acknowledge(1),
    invite(2, `[authentication username=${user} password=${password}]`),
    '<recv response="100" optional="true"/>',
    '<recv response="180" optional="true"/>',
    '<recv response="183" optional="true"/>',
    '<recv response="407" optional="true" next="refused"/>',
    '<recv response="200" rrs="true"/>',
    inDialog('ACK', 2),
    play(talkPath),
    `<pause milliseconds="${talkMs}"/>`,
    inDialog('BYE', 3),
    '<recv response="200" next="end"/>',
    '<label id="refused"/>',
    acknowledge(2),
    '<nop><action><error message="407: the proxy refuses the password"/></action></nop>',
    '<label id="end"/>',
    pause(0),
  ])
}

export interface Caller {
  user: string
  password: string
  realm: string
  /** Raw µ-law, looped. */
  talkPath: string
  talkMs: number
}

function steps(behaviour: Behaviour, i: number, ringMs: number, soundFolder: string): string[] {
  switch (behaviour.does) {
    case 'press':
      return [
        ...answer(i, ringMs),
        ...Array.from(behaviour.keys).flatMap((key, position) => [
          pause(behaviour.afterMs ?? 1000),
          press(join(soundFolder, keyPressName(key, position))),
        ]),
        pause(500),
        play(behaviour.talkPath ?? join(soundFolder, silenceName)),
        untilCallerEnds,
      ]
    case 'listen':
      return [...answer(i, ringMs), play(behaviour.talkPath ?? join(soundFolder, silenceName)), untilCallerEnds]
    case 'hang up':
      return [
        ...answer(i, ringMs),
        play(join(soundFolder, silenceName)),
        pause(behaviour.afterMs ?? 1000),
        bye,
        '<recv response="200" next="end"/>',
      ]
    case 'let ring':
      return [reply('180 Ringing'), '<recv request="CANCEL" next="cancelled"/>']
    case 'reject':
      return [
        reply(`${behaviour.status} ${reasons[behaviour.status]}`, { isFinalToInvite: true }),
        '<recv request="ACK" next="end"/>',
      ]
  }
}

const untilCallerEnds = '<recv request="BYE" next="ended by caller"/>'
const ownTag = '[pid]callee[call_number]'
const contact = 'Contact: <sip:[local_ip]:[local_port];transport=[transport]>'

/** All calls share SIPp's one media port: SIPp plays keys from the advertised port and streams from this one, so they must agree. */
const sdp = `v=0
o=sipp 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=sendrecv
`

/** Keeps what later messages need: the reply to a CANCEL still has to answer the INVITE, whose headers are gone by then. */
function receiveInvite(cases: Case[]): string {
  const keep = (header: string, variable: string, occurrence = 1) =>
    `<ereg regexp=".*" search_in="hdr" header="${header}:" occurrence="${occurrence}" assign_to="${variable}"/>`
  return `<recv request="INVITE" rrs="true"><action>
${cases.map(({ invite }, i) => `<ereg regexp="${invite}" search_in="msg" assign_to="case${i}"/>`).join('\n')}
${[keep('From', 'from'), keep('To', 'to'), keep('CSeq', 'cseq'), keep('Via', 'via'), keep('Via', 'proxied', 2)].join('\n')}
</action></recv>`
}

function answer(i: number, ringMs: number): string[] {
  return [
    reply('180 Ringing'),
    `<recv request="CANCEL" timeout="${ringMs}" ontimeout="answer${i}" next="cancelled"/>`,
    `<label id="answer${i}"/>`,
    reply('200 OK', { isFinalToInvite: true, body: sdp }),
    '<recv request="ACK"/>',
  ]
}

const cancelled = [
  '<label id="cancelled"/>',
  reply('200 OK'),
  '<nop next="cancelled behind a proxy" test="proxied"/>',
  requestTerminated(['Via:[$via]']),
  '<recv request="ACK" next="end"/>',
  '<label id="cancelled behind a proxy"/>',
  requestTerminated(['Via:[$via]', 'Via:[$proxied]']),
  '<recv request="ACK" next="end"/>',
]

function requestTerminated(vias: string[]): string {
  return send(
    [
      'SIP/2.0 487 Request Terminated',
      ...vias,
      'From:[$from]',
      `To:[$to];tag=${ownTag}`,
      '[last_Call-ID:]',
      'CSeq:[$cseq]',
    ],
    { isRetransmitted: true },
  )
}

/** A proxy stays on the path only when its Record-Route comes back to the caller. */
function reply(
  status: string,
  { isFinalToInvite = false, body }: { isFinalToInvite?: boolean; body?: string } = {},
): string {
  const headers = [
    `SIP/2.0 ${status}`,
    '[last_Via:]',
    '[last_Record-Route:]',
    '[last_From:]',
    `To:[$to];tag=${ownTag}`,
    '[last_Call-ID:]',
    '[last_CSeq:]',
    contact,
  ]
  return send(headers, { isRetransmitted: isFinalToInvite, body })
}

const bye = request('BYE', {
  uri: '[next_url]',
  headers: ['[routes]', `From:[$to];tag=${ownTag}`, 'To:[$from]', 'CSeq: 1 BYE'],
})

function request(method: string, { uri, headers, body }: { uri: string; headers: string[]; body?: string }): string {
  const start = [
    `${method} ${uri} SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    'Max-Forwards: 70',
    'Call-ID: [call_id]',
  ]
  return send([...start, ...headers.filter((header) => header !== '')], { isRetransmitted: method !== 'ACK', body })
}

function send(headers: string[], { isRetransmitted, body }: { isRetransmitted: boolean; body?: string }): string {
  const content = body
    ? ['Content-Type: application/sdp', 'Content-Length: [len]', '', body]
    : ['Content-Length: 0', '', '']
  return `<send${isRetransmitted ? ' retrans="500"' : ''}><![CDATA[\n\n${[...headers, ...content].join('\n')}\n]]></send>`
}

function press(path: string): string {
  return `<nop><action><exec play_pcap_audio="${path}"/></action></nop>`
}

function play(path: string): string {
  return `<nop><action><exec rtp_stream="${path},-1,0"/></action></nop>`
}

function pause(ms: number): string {
  return `<pause milliseconds="${ms}"/>`
}

function scenario(name: string, parts: string[]): string {
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="${name}">\n${parts.join('\n')}\n</scenario>\n`
}
