import { createHash, timingSafeEqual } from 'node:crypto'
import { chmod, mkdir, rm, rmdir } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { dirname } from 'node:path'
import type { AudioHub } from './hub.ts'
import { serveListener, type ConnectionContext } from './listener-connection.ts'
import type { AudioAddress } from './types.ts'

/** Concurrent connections: one listener, its successor, and some that have not sent the token yet. */
const maxConnections = 8

/**
 * Lets listeners of the same user connect to the hub: the folder and the socket are private, and a listener sends the token
 * first. Rejects when the socket cannot be created.
 */
export async function openAudioSocket(
  { path, token }: AudioAddress,
  hub: AudioHub,
  everyFrame: ConnectionContext['everyFrame'],
): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const expected = digest(token)
  const isToken = (payload: Uint8Array) => timingSafeEqual(digest(payload), expected)
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serveListener(socket, { hub, everyFrame, isToken })
  })
  server.maxConnections = maxConnections
  const isPipe = path.startsWith('\\\\.\\pipe\\')
  if (!isPipe) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // A killed process may have left its socket.
    await rm(path, { force: true })
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  if (!isPipe) await chmod(path, 0o600)
  // After a failed accept (no file descriptors) the listener connects again.
  server.on('error', (error) => process.emitWarning(error))

  return {
    async close() {
      hub.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
      // The folder is not empty, or was removed already: in both cases nothing of ours remains.
      if (!isPipe) await rmdir(dirname(path)).catch(() => undefined)
    },
  }
}

const digest = (token: string | Uint8Array) => createHash('sha256').update(token).digest()
