import { readFileSync, readlinkSync } from 'node:fs'

/**
 * Machine, boot and process namespace, on Linux: a process id means the same process to all who run there. Null where
 * the system does not tell.
 */
export function findHostId(): string | null {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return null // no Linux, or no /proc
  }
}

/** Does this process of our own place live? Another one may have its id by now, so only a no is certain. */
export function mayLive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
