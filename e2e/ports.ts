import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'

const host = '127.0.0.1'
/** Below Linux's ephemeral range (32768 upward), so that no outgoing connection takes a port between the check and its use. */
const lowest = 10_000
const highest = 32_000

/** Returns a loopback port that is free for UDP and TCP at this moment, with `span - 1` free ones above it. Even, as RTP requires. */
export async function freePort(span = 1): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 2 * randomInt(lowest / 2, Math.floor((highest - span) / 2))
    const ports = Array.from({ length: span }, (_, i) => port + i)
    const free = await Promise.all(ports.map(isFree))
    if (free.every(Boolean)) return port
  }
  throw new Error(`No ${span} free ports in a row between ${lowest} and ${highest} on ${host}.`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const socket = createSocket('udp4')
  try {
    server.listen(port, host)
    await once(server, 'listening')
    socket.bind(port, host)
    await once(socket, 'listening')
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false
    throw error
  } finally {
    server.close()
    socket.close()
  }
}

/** Whether any program has this UDP port open: for a server that gives no other sign of being ready. */
export async function isUdpBound(port: number): Promise<boolean> {
  const sockets = await readFile('/proc/net/udp', 'utf8')
  return sockets.includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} `)
}

/** Whether any program has an established TCP connection to this port. */
export async function isTcpConnected(port: number): Promise<boolean> {
  const sockets = await readFile('/proc/net/tcp', 'utf8')
  // Columns: local address, remote address, state; 01 is ESTABLISHED.
  return sockets.includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} 01 `)
}
