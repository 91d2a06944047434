import { createVirtualClock } from '../sim/virtual-clock.ts'
import type { VirtualClock } from '../sim/virtual-clock.ts'
import { parseMessage } from './message.ts'
import type { ReceivedRequest, ReceivedResponse } from './message.ts'
import type { Endpoint, OpenTransport } from './transport.ts'
import type { SipAccount } from './types.ts'
import { createUserAgent } from './user-agent.ts'
import type { SipUserAgent } from './user-agent.ts'

/** Datagrams in memory on a virtual clock: a network for tests that can lose, repeat and reorder. */
export interface TestNetwork {
  readonly clock: VirtualClock
  readonly open: OpenTransport
  /** Every message sent, lost ones included, as `INVITE` or `200 INVITE`, with who sent it. */
  readonly log: { port: number; what: string; text: string }[]
  /** Delays in ms after which copies of the next datagram arrive; none: it is lost. */
  fate: (what: string, port: number) => number[]
  agent(port: number): Promise<SipUserAgent>
  /** A peer written by hand: it sees messages parsed and sends any text. */
  peer(
    port: number,
    receive: (message: ReceivedRequest | ReceivedResponse) => void,
  ): Promise<(text: string, to: number) => void>
  /** What was sent from a port, in order. */
  sent(port: number): string[]
}

export function createTestNetwork(): TestNetwork {
  const clock = createVirtualClock()
  const listeners = new Map<number, (data: Buffer, source: Endpoint) => void>()
  const log: TestNetwork['log'] = []

  const open: OpenTransport = async (local, receive) => {
    listeners.set(local.port, receive)
    return {
      ...local,
      send(text, to) {
        const what = describe(text)
        log.push({ port: local.port, what, text })
        for (const delayMs of network.fate(what, local.port)) {
          clock.setTimeout(() => listeners.get(to.port)?.(Buffer.from(text), local), delayMs)
        }
      },
      close: async () => void listeners.delete(local.port),
    }
  }

  const network: TestNetwork = {
    clock,
    open,
    log,
    fate: () => [1],
    agent: (port) => createUserAgent({ host: '127.0.0.1', port, clock }, open),
    async peer(port, receive) {
      const transport = await open({ host: '127.0.0.1', port }, (data) => {
        const message = parseMessage(data)
        if (message && message.type !== 'malformed') receive(message)
      })
      return (text, to) => transport.send(text, { host: '127.0.0.1', port: to })
    },
    sent: (port) => log.filter((entry) => entry.port === port).map((entry) => entry.what),
  }
  return network
}

function describe(text: string): string {
  const status = /^SIP\/2\.0 (\d+)/.exec(text)?.[1]
  if (status === undefined) return text.split(' ', 1)[0]!
  return `${status} ${/^CSeq: \d+ (\w+)/m.exec(text)?.[1]}`
}

export const offer =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0\r\n'
export const answer = offer.replace('30000', '40000')

export function accountAt(port: number, password = 'secret'): SipAccount {
  return { host: '127.0.0.1', port, username: 'alice', password, domain: 'carrier.test' }
}

/** An answer to a received request, as a peer written by hand would send it. */
export function replyTo(
  request: ReceivedRequest,
  status: string,
  extra: string[] = [],
  body = '',
  tag = 'peer',
): string {
  const lines = request.headers.flatMap(([name, value]) => {
    if (name === 'via' || name === 'from' || name === 'call-id' || name === 'cseq') return [`${name}: ${value}`]
    if (name !== 'to') return []
    return [request.to.params.has('tag') ? `to: ${value}` : `to: ${value};tag=${tag}`]
  })
  const type = body === '' ? [] : ['Content-Type: application/sdp']
  return [
    `SIP/2.0 ${status}`,
    ...lines,
    ...extra,
    ...type,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}
