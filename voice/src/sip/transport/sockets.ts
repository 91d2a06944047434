import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { createConnections } from './connections.ts'
import { createClientContext } from './tls-settings.ts'
import { openUdp, plainAddress } from './transport.ts'
import type { ConnectionEvents, Endpoint, Hop, OpenTransport, Transport } from './transport.ts'
import type { TlsOptions } from '../types.ts'

export interface SocketSettings {
  tls?: TlsOptions
  /** Default 4 s. */
  connectTimeoutMs?: number
  /** Default 10 min. */
  idleMs?: number
  /** Default 30 s. */
  stalledMs?: number
}

const handshakeTimeoutMs = 10_000
/** The most concurrent connections from one address, handshakes included. */
const maxPerAddress = 32
const portTries = 20

/**
 * UDP and TCP on one port, TLS on another when it has a certificate, and outgoing connections over TCP
 * or TLS.
 */
export function openSockets({
  tls = {},
  connectTimeoutMs = 4000,
  idleMs = 600_000,
  stalledMs = 30_000,
}: SocketSettings = {}): OpenTransport {
  return async (local, receive, events) => {
    const tlsContext = createClientContext(tls)
    const verifyPeers = tls.rejectUnauthorized ?? true
    const settings = { tlsContext, verifyPeers, connectTimeoutMs, idleMs, stalledMs }
    const connections = createConnections(settings, receive, events)
    const accept = createAcceptor(events)
    const [udp, tcpServer] = await openPort(local, receive, (socket) => accept(socket, adoptTcp))
    const servers = [tcpServer]
    const shakingHands = new Set<Socket>()

    function adoptTcp(socket: Socket, source: Endpoint): void {
      connections.adopt(socket, 'tcp', source.host, source.port)
    }

    async function close(): Promise<void> {
      connections.close()
      for (const socket of shakingHands) socket.destroy()
      await Promise.all([udp.close(), ...servers.map(closeServer)])
    }

    let tlsPort: number | undefined
    if (tls.listen) {
      const { port, key, cert } = tls.listen
      const handshakes = createTlsServer(
        { key, cert, minVersion: 'TLSv1.2', handshakeTimeout: handshakeTimeoutMs },
        (socket) => connections.adopt(socket, 'tls', plainAddress(socket.remoteAddress ?? ''), socket.remotePort ?? 0),
      )
      // A peer that aborts its handshake is ignored.
      handshakes.on('tlsClientError', (_error, socket) => socket.destroy())
      const startHandshake = (socket: Socket): void => {
        shakingHands.add(socket)
        socket.once('close', () => shakingHands.delete(socket))
        handshakes.emit('connection', socket)
      }
      const server = createServer((socket) => accept(socket, startHandshake))
      try {
        tlsPort = await listen(server, { host: local.host, port })
      } catch (error) {
        await close()
        throw error
      }
      servers.push(server)
    }

    return {
      host: local.host,
      port: udp.port,
      tlsPort,
      send(data, to, onError) {
        if (to.protocol === 'udp') udp.send(data, to, onError)
        else connections.send(data, to, onError)
      },
      drop: (peer, why) => connections.drop(peer, why),
      close,
    }
  }
}

/** Accepts connections of allowed peers up to the limit per address; closes the others unread. */
function createAcceptor(events: ConnectionEvents) {
  const openByHost = new Map<string, number>()

  return (socket: Socket, adopt: (socket: Socket, source: Endpoint) => void): void => {
    const source = { host: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 }
    const open = openByHost.get(source.host) ?? 0
    if (socket.remoteAddress === undefined || open >= maxPerAddress || !events.accepts(source)) {
      socket.destroy()
      return
    }
    openByHost.set(source.host, open + 1)
    socket.once('close', () => {
      const left = openByHost.get(source.host)! - 1
      if (left > 0) openByHost.set(source.host, left)
      else openByHost.delete(source.host)
    })
    adopt(socket, source)
  }
}

/** UDP and TCP on the same port; with port 0 on one that is free for both. */
async function openPort(
  local: Endpoint,
  receive: (data: Buffer, source: Hop) => void,
  onConnection: (socket: Socket) => void,
): Promise<[Transport, Server]> {
  for (let tries = 1; ; tries++) {
    const udp = await openUdp(local, receive)
    const server = createServer(onConnection)
    try {
      await listen(server, { host: local.host, port: udp.port })
      return [udp, server]
    } catch (error) {
      await udp.close()
      if (local.port !== 0 || tries >= portTries) throw error
    }
  }
}

async function listen(server: Server, { host, port }: Endpoint): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  // A connection that cannot be accepted (no file descriptors left) does not stop the listener.
  server.on('error', (error) => process.emitWarning(`SIP listener: ${error.message}`))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => server.close(() => done()))
}
