import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns'
import { isIP } from 'node:net'

export interface Endpoint {
  host: string
  port: number
}

/** Carries datagrams. Tests put a lossy one in memory in its place. */
export interface Transport extends Endpoint {
  /** `onError` when the datagram could not leave (no route, too large); may be called late, or never. */
  send(data: string, to: Endpoint, onError?: (error: Error) => void): void
  close(): Promise<void>
}

export type OpenTransport = (local: Endpoint, receive: (data: Buffer, source: Endpoint) => void) => Promise<Transport>

const bufferBytes = 4 * 1024 * 1024

/** One UDP socket for all signalling, with room for bursts: the default buffer loses messages at 1,000 calls a second. */
export const openUdp: OpenTransport = (local, receive) =>
  new Promise((resolve, reject) => {
    const socket = createSocket({
      type: isIP(local.host) === 6 ? 'udp6' : 'udp4',
      recvBufferSize: bufferBytes,
      sendBufferSize: bufferBytes,
      // Destinations are resolved already; this skips the dns module's thread pool.
      lookup: (host, _options, done) => done(null, host, isIP(host)),
    })
    let closed = false
    socket.once('error', reject)
    socket.on('message', (data, source) => receive(data, { host: source.address, port: source.port }))
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
        close() {
          if (closed) return Promise.resolve()
          closed = true
          return new Promise((done) => socket.close(() => done()))
        },
      })
    })
  })

export type Resolve = (host: string, done: (address: string | null) => void) => void

const resolvedForMs = 60_000

/** Host name to address, at once for literals and for names asked within the last minute. Null: there is none. */
export function createResolver(now: () => number, lookUp = systemLookup): Resolve {
  const cache = new Map<string, { address: string; until: number }>()
  return (host, done) => {
    const literal = host.startsWith('[') ? host.slice(1, -1) : host
    if (isIP(literal)) return done(literal)
    const cached = cache.get(host)
    if (cached && cached.until > now()) return done(cached.address)
    lookUp(host, (address) => {
      // An old answer beats none: carriers outlive their DNS outages.
      if (address !== null) cache.set(host, { address, until: now() + resolvedForMs })
      done(address ?? cached?.address ?? null)
    })
  }
}

function systemLookup(host: string, done: (address: string | null) => void): void {
  lookup(host, { family: 4 }, (error, address) => done(error ? null : address))
}
