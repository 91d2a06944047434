import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { databaseError } from '../database/errors.ts'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import { atSocket, socketName } from './address.ts'

/** A command parses its arguments through a schema, since they are what the line contains. Its result is sent as JSON. */
export type ControlCommand = (args: unknown) => Promise<unknown>

export interface ControlServer {
  close(): void
}

const longestLineBytes = 1024 * 1024

/**
 * Lets the command line ask the server that has the data directory open, as only one process can have the embedded database.
 * A Unix socket `control.sock` in `dataDir` with mode 0600: who may write there may read the database anyway. One JSON
 * object a line, answered in order:
 *
 *     {"command": "snapshot", "args": {}}
 *     {"ok": true, "result": …}   or   {"ok": false, "error": "A sentence."}
 *
 * A sentence is what a thrown `AppError` says; anything else is logged. `askServer` is the other side.
 */
export async function serveControl(
  dataDir: string,
  commands: Record<string, ControlCommand>,
  log: Log,
): Promise<ControlServer> {
  const answer = async (line: string): Promise<object> => {
    try {
      const { command, args = {} } = JSON.parse(line) as { command: string; args?: unknown }
      const perform = Object.hasOwn(commands, command) ? commands[command] : undefined
      if (!perform) return { ok: false, error: `This server knows no command "${command}". Is it of another version?` }
      return { ok: true, result: (await perform(args)) ?? null }
    } catch (thrown) {
      const error = databaseError(thrown)
      if (error instanceof AppError) return { ok: false, error: error.message, details: error.details }
      log.error({ err: error }, 'A command from the command line failed.')
      return { ok: false, error: (error as Error).message }
    }
  }

  const connected = new Set<Socket>()
  const converse = async (socket: Socket): Promise<void> => {
    connected.add(socket)
    socket.once('close', () => connected.delete(socket))
    // A client that has gone receives no response; the command goes on.
    socket.on('error', () => socket.destroy())
    socket.on('data', () => {
      if (socket.bytesRead > longestLineBytes) socket.destroy()
    })
    for await (const line of createInterface({ input: socket })) {
      const answered = await answer(line)
      if (socket.writable) socket.write(`${JSON.stringify(answered)}\n`)
    }
  }

  const server = createServer((socket) => void converse(socket))
  rmSync(path.join(dataDir, socketName), { force: true }) // of a server that was killed: the lock says that there is no other
  await atSocket(dataDir, async (socketPath) => {
    const before = process.umask(0o177)
    try {
      server.listen(socketPath) // which makes the file before it returns
    } finally {
      process.umask(before)
    }
    await once(server, 'listening')
  })
  return {
    close() {
      server.close()
      for (const socket of connected) socket.destroy()
      rmSync(path.join(dataDir, socketName), { force: true })
    },
  }
}
