import { createSocket } from 'node:dgram'
import { isIP } from 'node:net'

export interface Endpoint {
  host: string
  port: number
}

export type Protocol = 'udp' | 'tcp' | 'tls'

/** One hop of a message: its destination or source, and the transport. */
export interface Hop extends Endpoint {
  protocol: Protocol
  /**
   * TLS: the peer's certificate must be for one of these. Without them any open connection to the address serves, and a
   * new one is held to `host`.
   */
  names?: readonly string[]
  /** Of a received message: the response is sent over this connection. */
  connection?: object
}

/** Sends and receives messages. Tests use a network in memory instead. */
export interface Transport extends Endpoint {
  /** The port of the TLS listener, if any. */
  readonly tlsPort?: number | undefined
  /** Calls `onError` when the message could not be sent (no route, too large, no connection): later or never, not at once. */
  send(data: string, to: Hop, onError?: (error: Error) => void): void
  /** Ends the connections to a peer that no longer responds. */
  drop(peer: Hop, why: Error): void
  close(): Promise<void>
}

/** Events and decisions of a transport's owner, besides messages. */
export interface ConnectionEvents {
  /** An established connection has ended: requests sent over it will get no response. */
  lost(peer: Hop, why: Error): void
  /** May this peer connect to us? Asked before anything is read. */
  accepts(source: Endpoint): boolean
}

/** `receive` gets one whole message at a time, or keep-alives (only CR LF). */
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

/** Returns IPv4 in its own form, also when received on a dual-stack socket. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}

const bufferBytes = 4 * 1024 * 1024

/** One UDP socket for all signalling, with a larger buffer: the default one loses messages at 1,000 calls a second. */
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
      // An ICMP error concerns one peer, whose transactions time out.
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
