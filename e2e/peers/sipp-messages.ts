/** All calls share SIPp's one media port: SIPp plays keys from the advertised port and streams from this one, so they must agree. */
export const sdp = `v=0
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

export function request(
  method: string,
  { uri, headers, body }: { uri: string; headers: string[]; body?: string },
): string {
  const start = [
    `${method} ${uri} SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    'Max-Forwards: 70',
    'Call-ID: [call_id]',
  ]
  return send([...start, ...headers.filter((header) => header !== '')], { isRetransmitted: method !== 'ACK', body })
}

export function send(
  headers: string[],
  { isRetransmitted, body }: { isRetransmitted: boolean; body?: string },
): string {
  const content = body
    ? ['Content-Type: application/sdp', 'Content-Length: [len]', '', body]
    : ['Content-Length: 0', '', '']
  return `<send${isRetransmitted ? ' retrans="500"' : ''}><![CDATA[\n\n${[...headers, ...content].join('\n')}\n]]></send>`
}

export function press(path: string): string {
  return `<nop><action><exec play_pcap_audio="${path}"/></action></nop>`
}

export function play(path: string): string {
  return `<nop><action><exec rtp_stream="${path},-1,0"/></action></nop>`
}

export function pause(ms: number): string {
  return `<pause milliseconds="${ms}"/>`
}

export function scenario(name: string, parts: string[]): string {
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="${name}">\n${parts.join('\n')}\n</scenario>\n`
}
