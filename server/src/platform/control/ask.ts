import { once } from 'node:events'
import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'
import { atSocket } from './address.ts'

/** There is no listener: no server has this directory open, or an older version has. */
export class NoServer extends Error {}

/**
 * Asks the server that has `dataDir` open and returns its response; see `serveControl`. Waits as long as the command takes.
 * Throws `NoServer`, or an error with the server's sentence.
 */
export function askServer(dataDir: string, command: string, args: object = {}): Promise<unknown> {
  return atSocket(dataDir, async (socketPath) => {
    const socket = createConnection(socketPath)
    try {
      await once(socket, 'connect')
    } catch (cause) {
      throw new NoServer(`No server answers in ${dataDir}.`, { cause })
    }
    const ended = Promise.withResolvers<never>()
    ended.promise.catch(() => undefined) // handled below, unless the response came first
    socket.on('error', ended.reject)
    socket.on('close', () => ended.reject(new Error('The server ended before it answered.')))
    try {
      const lines = createInterface({ input: socket })
      socket.write(`${JSON.stringify({ command, args })}\n`)
      const [line] = await Promise.race([once(lines, 'line') as Promise<[string]>, ended.promise])
      const reply = JSON.parse(line) as { ok: boolean; result?: unknown; error?: string; details?: unknown }
      if (!reply.ok) throw Object.assign(new Error(reply.error), { details: reply.details })
      return reply.result
    } finally {
      socket.destroy()
    }
  })
}
