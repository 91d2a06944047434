import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { createFramer } from './stream-framing.ts'
import { acceptedNames, checkNames, explainFailure, serverName } from './tls-settings.ts'
import type { ConnectionEvents, Hop } from './transport.ts'

export interface ConnectionSettings {
  tlsContext: SecureContext
  /** false: TLS certificates are not verified. */
  verifyPeers: boolean
  /** The time to connect, including the TLS handshake. */
  connectTimeoutMs: number
  /** A connection without traffic for this long is closed. */
  idleMs: number
  /** A connection with an incomplete message is closed after this. */
  stalledMs: number
}

/** The open TCP and TLS connections, in both directions (RFC 3261 section 18, RFC 5923). */
export interface Connections {
  /** Sends over the open connection to the peer, else over a new one. */
  send(data: string, to: Hop, onError?: (error: Error) => void): void
  /** Adds a connection that a peer has opened. */
  adopt(socket: Socket, protocol: 'tcp' | 'tls', host: string, port: number): void
  drop(peer: Hop, why: Error): void
  close(): void
}

interface Connection {
  readonly peer: Hop
  readonly socket: Socket
  /** TLS: the names for which its certificate has been verified. */
  readonly names: Set<string>
  /** Messages to send when the connection is open; null from then on. */
  waiting: { data: string; onError?: ((error: Error) => void) | undefined }[] | null
}

const maxConnections = 2000
/** A connection with more unread bytes than this is closed. */
const maxUnsentBytes = 4 * 1024 * 1024
const osKeepAliveMs = 25_000
const lineEnd = Buffer.from('\r\n')

export function createConnections(
  settings: ConnectionSettings,
  receive: (data: Buffer, source: Hop) => void,
  events: ConnectionEvents,
): Connections {
  /** By protocol and address: TLS may need several connections to one address, for different names. */
  const open = new Map<string, Set<Connection>>()
  let count = 0
  let closed = false

  function find(to: Hop): Connection | undefined {
    const candidates = [...(open.get(addressKey(to)) ?? [])]
    return candidates.find((connection) => !connection.socket.destroyed && serves(connection, to))
  }

  function serves({ peer, socket, names, waiting }: Connection, to: Hop): boolean {
    if (to.connection) return to.connection === peer.connection
    if (!to.names || !(socket instanceof TLSSocket) || !settings.verifyPeers) return true
    const wanted = to.names.join()
    if (waiting) return acceptedNames(peer).join() === wanted
    if (names.has(wanted)) return true
    const covered = checkNames(to.names, socket.getPeerCertificate()) === undefined
    if (covered) names.add(wanted)
    return covered
  }

  function dial(to: Hop): Connection {
    const address = { host: to.host, port: to.port }
    const socket =
      to.protocol === 'tls'
        ? connectTls({
            ...address,
            servername: serverName(to),
            secureContext: settings.tlsContext,
            rejectUnauthorized: settings.verifyPeers,
            checkServerIdentity: (_host, certificate) => checkNames(acceptedNames(to), certificate),
          })
        : connect(address)
    const connection = hold(socket, to, [])
    const late = Object.assign(new Error('No answer'), { code: 'ETIMEDOUT' })
    const deadline = setTimeout(() => socket.destroy(late), settings.connectTimeoutMs)
    socket.once('close', () => clearTimeout(deadline))
    socket.once(to.protocol === 'tls' ? 'secureConnect' : 'connect', () => {
      clearTimeout(deadline)
      const { waiting } = connection
      connection.waiting = null
      for (const { data } of waiting ?? []) socket.write(data)
    })
    return connection
  }

  function hold(socket: Socket, address: Hop, waiting: Connection['waiting']): Connection {
    const peer: Hop = { ...address, connection: socket }
    const connection: Connection = { peer, socket, names: new Set(), waiting }
    const key = addressKey(peer)
    const siblings = open.get(key) ?? new Set()
    open.set(key, siblings.add(connection))
    count++
    let failure: Error | null = null
    socket.setNoDelay(true)
    socket.setKeepAlive(true, osKeepAliveMs)
    socket.setTimeout(settings.idleMs, () => socket.destroy())
    socket.on('data', reader(connection))
    socket.on('error', (error) => (failure = error))
    socket.once('close', () => {
      count--
      siblings.delete(connection)
      if (siblings.size === 0) open.delete(key)
      if (closed) return
      const why = explainFailure(peer, failure ?? Object.assign(new Error('Closed'), { code: 'ECONNRESET' }))
      if (connection.waiting) for (const { onError } of connection.waiting) onError?.(why)
      else events.lost(peer, why)
    })
    return connection
  }

  function reader({ peer, socket }: Connection): (chunk: Buffer) => void {
    const framer = createFramer()
    let lineEnds = 0
    let rest: NodeJS.Timeout | undefined
    socket.once('close', () => clearTimeout(rest))
    return (chunk) => {
      try {
        let pinged = false
        let ponged = false
        for (const frame of framer.push(chunk)) {
          if (socket.destroyed) return
          if (frame.type === 'message') {
            lineEnds = 0
            receive(frame.data, peer)
          } else {
            // A ping is two line ends, its response is one.
            pinged ||= ++lineEnds % 2 === 0
            ponged = true
          }
        }
        // Keep-alives that arrive together count once, so that a stream of line ends costs nothing.
        if (pinged) socket.write(lineEnd)
        if (ponged) receive(lineEnd, peer)
        // Counted from the message's first byte, so that single bytes do not keep the connection open.
        if (framer.partial) rest ??= setTimeout(() => socket.destroy(), settings.stalledMs)
        else {
          clearTimeout(rest)
          rest = undefined
        }
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }

  return {
    send(data, to, onError) {
      if (closed) return
      const connection = find(to) ?? (to.connection ? null : dial(to))
      if (!connection) {
        process.nextTick(() => onError?.(new Error('The connection it came over is closed')))
        return
      }
      const { socket, waiting } = connection
      if (waiting) waiting.push({ data, onError })
      else if (socket.writableLength > maxUnsentBytes) socket.destroy(new Error('It does not read what is sent'))
      else socket.write(data)
    },
    adopt(socket, protocol, host, port) {
      if (closed || count >= maxConnections) socket.destroy()
      else hold(socket, { protocol, host, port }, null)
    },
    drop(peer, why) {
      for (const { socket } of open.get(addressKey(peer)) ?? []) socket.destroy(why)
    },
    close() {
      closed = true
      for (const connections of open.values()) for (const { socket } of connections) socket.destroy()
    },
  }
}

function addressKey({ protocol, host, port }: Hop): string {
  return `${protocol} ${host} ${port}`
}
