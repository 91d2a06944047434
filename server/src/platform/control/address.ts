import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const socketName = 'control.sock'
const longestPathBytes = 103 // macOS; Linux allows 107

/** Calls `use` with a path to the socket that the system takes; a long one is shortened by a temporary link. */
export async function atSocket<T>(dataDir: string, use: (socketPath: string) => Promise<T>): Promise<T> {
  const socketPath = path.join(dataDir, socketName)
  if (Buffer.byteLength(socketPath) <= longestPathBytes) return use(socketPath)
  const folder = mkdtempSync(path.join(tmpdir(), 'switchboard-'))
  try {
    symlinkSync(dataDir, path.join(folder, 'd'))
    return await use(path.join(folder, 'd', socketName))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
