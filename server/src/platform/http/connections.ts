import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { addressKey } from './address-key.ts'

/** Left for the database, files and calls. */
const sparedDescriptors = 200

/**
 * Keeps the connections below what this process may have open, so that it can always respond: beyond that new ones are
 * closed at once. `perAddress`: one client address has half of them at most; not behind a proxy, which has one address.
 */
export function limitConnections(server: Server, { perAddress }: { perAddress: boolean }): void {
  const most = openFilesLimit() - sparedDescriptors
  if (!Number.isFinite(most)) return
  server.maxConnections = Math.max(100, most)
  if (!perAddress) return
  const mostPerAddress = server.maxConnections / 2
  const open = new Map<string, number>()
  server.on('connection', (socket) => {
    const from = addressKey(socket.remoteAddress ?? '')
    const count = (open.get(from) ?? 0) + 1
    if (count > mostPerAddress) return void socket.destroy()
    open.set(from, count)
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1
      if (left === 0) open.delete(from)
      else open.set(from, left)
    })
  })
}

/** Descriptors that this process may have open; Infinity where the system does not say. */
function openFilesLimit(): number {
  try {
    const text = readFileSync('/proc/self/limits', 'utf8')
    return Number(/^Max open files +(\d+)/m.exec(text)?.[1] ?? Number.POSITIVE_INFINITY)
  } catch {
    // Not Linux.
    return Number.POSITIVE_INFINITY
  }
}
