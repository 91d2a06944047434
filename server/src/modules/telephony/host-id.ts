import { readFileSync, readlinkSync } from 'node:fs'

/**
 * Returns the boot id and process namespace of this machine, on Linux. Two processes with the same host id see the same
 * process ids. Returns null on other systems and without /proc.
 */
export function findHostId(): string | null {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return null // not Linux, or no /proc
  }
}

/** Whether this process of this host may be running. Only false is certain: another process may have its id by now. */
export function mayBeRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
