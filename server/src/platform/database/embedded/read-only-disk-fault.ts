// Makes Node's file calls fail below `root`, as on a disk that has turned read-only, while the file `marker` is there.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

// Given in the URL of the import, which threads pass on.
const query = new URL(import.meta.url).searchParams
const [root, marker] = [query.get('root') ?? '', query.get('marker') ?? '']
const { existsSync, openSync } = fs
const ours = new Set<number>()
/** Node's calls as far as this needs to know them. */
type Calls = Record<string, (target: number | string, ...rest: unknown[]) => unknown>
const calls = fs as unknown as Calls
const isFaulty = () => existsSync(marker)

function refuse(call: string): never {
  throw Object.assign(new Error(`EROFS: read-only file system, ${call}`), { code: 'EROFS', errno: -30, syscall: call })
}

for (const name of ['writeSync', 'fdatasyncSync', 'fsyncSync', 'ftruncateSync']) {
  const real = calls[name]!
  calls[name] = (fd, ...rest) => (ours.has(fd as number) && isFaulty() ? refuse(name) : real(fd, ...rest))
}
for (const name of ['unlinkSync', 'renameSync', 'mkdirSync', 'rmdirSync', 'truncateSync', 'chmodSync', 'utimesSync']) {
  const real = calls[name]!
  calls[name] = (path, ...rest) => (String(path).startsWith(root) && isFaulty() ? refuse(name) : real(path, ...rest))
}
calls.openSync = (path, flags = 'r', mode) => {
  const isBelow = String(path).startsWith(root)
  const writes = typeof flags === 'number' ? (flags & 3) !== 0 : /[wa+]/.test(String(flags))
  if (isBelow && writes && isFaulty()) refuse('open')
  const fd = openSync(path as string, flags as string, mode as number)
  if (isBelow) ours.add(fd)
  else ours.delete(fd)
  return fd
}
syncBuiltinESMExports()
