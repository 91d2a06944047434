import { join } from 'node:path'
import { pause, play, press, request, scenario, sdp, send } from './sipp-messages.ts'

/** The behaviour of a callee. */
type Behaviour =
  /**
   * Picks up, presses the keys by RFC 4733, waiting `afterMs` (default 1000) before each, then talks (`talkPath`: raw µ-law,
   * looped; default silence; `'echo'`: everything heard comes back) for `talkMs`, or until hung up when that is not given.
   */
  | { does: 'press'; keys: string; afterMs?: number; talkPath?: string; talkMs?: number }
  /** Picks up and stays, silent or talking, until the other side hangs up. */
  | { does: 'listen'; talkPath?: string }
  /** Picks up and hangs up after `afterMs` (default 1000). Sends no audio when that is under 100 ms. */
  | { does: 'hang up'; afterMs?: number }
  /** Does not answer; the phone rings until the caller gives up. */
  | { does: 'let ring' }
  | { does: 'reject'; status: 404 | 480 | 486 | 503 | 603 }

export interface Script {
  /**
   * By the last digits of the called number: `'7'` is every number ending in 7, `'0042'` those four. The longest match
   * applies. A list is used call by call and its last entry repeats. Kamailio counts the calls (in `attemptHeader`).
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
 * One SIPp scenario for all called numbers: it branches on the end of the number in the Request-URI. Every callee who answers
 * sends audio at once (silence by default), as telephones do, but a key pressed comes before any audio: SIPp sends
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

/** In the order of the checks: longer endings first, numbered attempts before the rest. */
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
        ...(behaviour.talkPath === 'echo' ? [] : [play(behaviour.talkPath ?? join(soundFolder, silenceName))]),
        ...(behaviour.talkMs === undefined ? [untilCallerEnds] : [pause(behaviour.talkMs), ...hangUp]),
      ]
    case 'listen':
      return [...answer(i, ringMs), play(behaviour.talkPath ?? join(soundFolder, silenceName)), untilCallerEnds]
    case 'hang up': {
      const { afterMs = 1000 } = behaviour
      return [
        ...answer(i, ringMs),
        ...(afterMs < shortMs ? [] : [play(join(soundFolder, silenceName))]),
        pause(afterMs),
        ...hangUp,
      ]
    }
    case 'let ring':
      return [reply('180 Ringing'), '<recv request="CANCEL" next="cancelled"/>']
    case 'reject':
      return [
        reply(`${behaviour.status} ${reasons[behaviour.status]}`, { isFinalToInvite: true }),
        '<recv request="ACK" next="end"/>',
      ]
  }
}

/** Calls shorter than this send no audio. */
const shortMs = 100
const untilCallerEnds = '<recv request="BYE" next="ended by caller"/>'
const ownTag = '[pid]callee[call_number]'
const contact = 'Contact: <sip:[local_ip]:[local_port];transport=[transport]>'

/** Stores the headers of the INVITE, because the response to it after a CANCEL needs them. */
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

/** A proxy stays on the path only when its Record-Route is returned to the caller. */
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

/** The other side may hang up at the same time. Then its BYE crosses ours. */
const hangUp = [
  bye,
  '<recv request="BYE" optional="true" next="ended by caller"/>',
  '<recv response="200" next="end"/>',
]
