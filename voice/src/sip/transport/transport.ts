import { createSocket } from 'node:dgram'
import { isIP } from 'node:net'

export interface Endpoint {
  host: string
  port: number
}

export type Protocol = 'udp' | 'tcp' | 'tls'

/** One step of a message: where to, or where from, and over what. */
export interface Hop extends Endpoint {
  protocol: Protocol
  /**
   * TLS: the peer's certificate must be for one of these. Without them any open connection to the address serves, and a
   * new one is held to `host`.
   */
  names?: readonly string[]
  /** Of a received message: an answer goes back on this very connection. */
  connection?: object
}

/** Carries messages. Tests put a network in memory in its place. */
export interface Transport extends Endpoint {
  /** Where TLS is listened for, if it is. */
  readonly tlsPort?: number | undefined
  /** `onError` when the message could not leave (no route, too large, no connection); may be called late, or never, but not at once. */
  send(data: string, to: Hop, onError?: (error: Error) => void): void
  /** Ends the connections to a peer that is taken for dead. */
  drop(peer: Hop, why: Error): void
  close(): Promise<void>
}

/** What the owner of a transport hears and decides besides messages. */
export interface ConnectionEvents {
  /** An established connection has ended: whatever went over it will get no answer there. */
  lost(peer: Hop, why: Error): void
  /** May this peer connect to us? Asked before anything is read. */
  accepts(source: Endpoint): boolean
}

/** `receive` gets one whole message at a time, or keep-alives (nothing but CR LF). */
export type OpenTransport = (
  local: Endpoint,
  receive: (data: Buffer, source: Hop) => void,
  events: ConnectionEvents,
) => Promise<Transport>

/** A reliable transport loses nothing: transactions retransmit nothing over it (RFC 3261 section 17). */
export function isReliable(protocol: Protocol): boolean {
  return protocol !== 'udp'
}

export function defaultPort(protocol: Protocol): number {
  return protocol === 'tls' ? 5061 : 5060
}

export function isSameAddress(a: Hop, b: Hop): boolean {
  return a.port === b.port && a.host === b.host && a.protocol === b.protocol
}

/** IPv4 as such, also when it comes in through a socket for both. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}

const bufferBytes = 4 * 1024 * 1024

/** One UDP socket for all signalling, to send by UDP whatever is given, with room for bursts: the default buffer loses messages at 1,000 calls a second. */
export function openUdp(local: Endpoint, receive: (data: Buffer, source: Hop) => void): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({
      type: isIP(local.host) === 6 ? 'udp6' : 'udp4',
      recvBufferSize: bufferBytes,
      sendBufferSize: bufferBytes,
      // Destinations are resolved already; this skips the dns module's thread pool.
      lookup: (host, _options, done) => done(null, host, isIP(host)),
    })
    let closed = false
    socket.once('error', reject)
    socket.on('message', (data, { address, port }) =>
      receive(data, { protocol: 'udp', host: plainAddress(address), port }),
    )
    socket.bind(local.port, local.host, () => {
      socket.off('error', reject)
      // ICMP errors of one peer are that peer's affair: its transactions time out.
      socket.on('error', (error) => process.emitWarning(`SIP socket: ${error.message}`))
      resolve({
        host: local.host,
        port: socket.address().port,
        send(data, to, onError) {
          if (closed) return
          socket.send(data, to.port, to.host, (error) => {
            if (error && !closed) onError?.(error)
          })
        },
        drop() {
          // There are no connections to end.
        },
        close() {
          if (closed) return Promise.resolve()
          closed = true
          return new Promise((done) => socket.close(() => done()))
        },
      })
    })
  })
}
