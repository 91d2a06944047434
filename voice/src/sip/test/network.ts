import { createVirtualClock } from '../../sim/virtual-clock.ts'
import type { VirtualClock } from '../../sim/virtual-clock.ts'
import { parseMessage } from '../message/message.ts'
import type { ReceivedRequest, ReceivedResponse } from '../message/message.ts'
import { isReliable } from '../transport/transport.ts'
import type { ConnectionEvents, Hop, OpenTransport, Protocol } from '../transport/transport.ts'
import type { SipAccount } from '../types.ts'
import { createUserAgent } from '../user-agent.ts'
import type { SipUserAgent } from '../user-agent.ts'

/** A network in memory on a virtual clock, for tests. It can lose, repeat and reorder messages. */
export interface TestNetwork {
  readonly clock: VirtualClock
  readonly open: OpenTransport
  /** Every sent message, lost ones included, as `INVITE` or `200 INVITE`, with its sender. */
  readonly log: { port: number; what: string; text: string }[]
  /** Delays in ms after which copies of the next datagram arrive; none: it is lost. */
  fate: (what: string, port: number) => number[]
  /** The visible source address of messages: behind NAT not the sender's own. */
  seenHost: string
  agent(port: number, options?: { advertisedHost?: string; host?: string }): Promise<SipUserAgent>
  /** An account at a server on this network. */
  account(port: number): SipAccount
  /** Ends every connection of this port. */
  cut(port: number): void
  /** Closes the listener of this port. */
  leave(port: number): void
  /** A peer written by hand: it sees messages parsed and sends any text. */
  peer(
    port: number,
    receive: (message: ReceivedRequest | ReceivedResponse) => void,
  ): Promise<(text: string, to: number) => void>
  /** Returns the messages sent from a port, in order. */
  sent(port: number): string[]
}

interface Listener {
  receive(data: Buffer, source: Hop): void
  events: ConnectionEvents
}

/** Over `tcp` and `tls` connections can be cut, and sending to a port without a listener is an error. */
export function createTestNetwork(protocol: Protocol = 'udp'): TestNetwork {
  const clock = createVirtualClock()
  const listeners = new Map<number, Listener>()
  /** Connected ports, in both directions. */
  const connected = new Map<number, Set<number>>()
  const log: TestNetwork['log'] = []
  /** Messages in transit during a cut are lost. */
  let cuts = 0
  const hop = (port: number): Hop => ({ protocol, host: '127.0.0.1', port })

  function connect(from: number, to: number): void {
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const)
      connected.set(a, (connected.get(a) ?? new Set()).add(b))
  }

  function cut(port: number, why = new Error('The connection was cut')): void {
    cuts++
    const peers = connected.get(port) ?? new Set()
    connected.delete(port)
    for (const peer of peers) {
      connected.get(peer)?.delete(port)
      listeners.get(peer)?.events.lost(hop(port), why)
      listeners.get(port)?.events.lost(hop(peer), why)
    }
  }

  const open: OpenTransport = async (local, receive, events) => {
    listeners.set(local.port, { receive, events })
    return {
      ...local,
      send(text, to, onError) {
        const what = describe(text)
        log.push({ port: local.port, what, text })
        if (isReliable(protocol)) {
          if (!listeners.has(to.port)) {
            clock.setTimeout(() => onError?.(new Error('Nothing listens there')), 0)
            return
          }
          connect(local.port, to.port)
        }
        for (const delayMs of network.fate(what, local.port)) {
          const cutsBefore = cuts
          clock.setTimeout(() => {
            const source = { ...hop(local.port), host: network.seenHost }
            if (cuts === cutsBefore) listeners.get(to.port)?.receive(Buffer.from(text), source)
          }, delayMs)
        }
      },
      drop: (peer, why) => void clock.setTimeout(() => cut(peer.port, why), 0),
      close: async () => void listeners.delete(local.port),
    }
  }

  const network: TestNetwork = {
    clock,
    open,
    log,
    fate: () => [1],
    seenHost: '127.0.0.1',
    agent: (port, options) => createUserAgent({ host: '127.0.0.1', port, clock, ...options }, open),
    account: (port) => ({ ...accountAt(port), transport: protocol }),
    cut,
    leave(port) {
      listeners.delete(port)
      cut(port)
    },
    async peer(port, receive) {
      const receiveParsed = (data: Buffer): void => {
        const message = parseMessage(data)
        if (message && message.type !== 'malformed') receive(message)
      }
      const transport = await open({ host: '127.0.0.1', port }, receiveParsed, { lost() {}, accepts: () => true })
      return (text, to) => transport.send(text, hop(to))
    },
    sent: (port) => log.filter((entry) => entry.port === port).map((entry) => entry.what),
  }
  return network
}

function describe(text: string): string {
  const status = /^SIP\/2\.0 (\d+)/.exec(text)?.[1]
  if (status === undefined) return text === '\r\n\r\n' ? 'ping' : text.split(' ', 1)[0]!
  return `${status} ${/^CSeq: \d+ (\w+)/m.exec(text)?.[1]}`
}

export const offer =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 30000 RTP/AVP 0\r\n'
export const answer = offer.replace('30000', '40000')

export function accountAt(port: number, password = 'secret'): SipAccount {
  return { host: '127.0.0.1', port, username: 'alice', password, domain: 'carrier.test' }
}

/** Returns a response to a received request, for a hand-written peer. */
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
