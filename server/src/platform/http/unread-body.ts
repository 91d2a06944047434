import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A body up to this size is received and discarded, so that the connection can be used again. */
const cheapBytes = 64 * 1024
/** The time that a client which still sends has to read the response. */
const lingerMs = 2_000

/** Returns the announced size of the body in bytes; Infinity for a chunked body. */
export function announcedBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY
  return Number(headers['content-length'] ?? 0)
}

/**
 * To be called before a response goes out. When the response is ready and much of the body is not here yet, the connection
 * ends with it: first our half, and the rest soon after, because a client that is cut off while it sends loses the
 * response (RFC 9112 section 9.6).
 */
export function endUnlessRead(request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = request
  if (raw.complete || announcedBytes(raw) <= cheapBytes) return
  reply.header('connection', 'close')
  const { socket } = raw
  // Node calls this after the last response of a connection.
  socket.destroySoon = () => {
    endSoon(socket)
    raw.once('end', () => socket.destroy())
    raw.resume()
  }
}

/** Writes the last words and ends the connection: our half at once, the rest within two seconds, whatever the client does. */
export function endSoon(socket: Duplex, lastWords?: string): void {
  if (socket.destroyed) return
  if (lastWords === undefined) socket.end()
  else socket.end(lastWords)
  const late = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(late))
  socket.resume()
}
