import { pause, play, request, scenario, sdp } from './sipp-messages.ts'

export interface Caller {
  user: string
  password: string
  realm: string
  /** Raw µ-law, looped. */
  talkPath: string
  talkMs: number
}

/** A caller that calls `[field0]` through a proxy that requires digest authentication, talks for `talkMs` and hangs up. */
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
