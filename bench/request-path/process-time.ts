import { readFileSync, readdirSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second. */
const tickMicroseconds = 10_000

/** Returns the CPU time of all threads of a process, in microseconds. */
export function cpuOf(pid: number): number {
  const { user, system } = statOf(pid)
  return (user + system) * tickMicroseconds
}

/** Returns the CPU time of the current threads, with a resolution of nanoseconds. */
export function preciseCpuOf(pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`))
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  return nanoseconds / 1000
}

/** Returns the CPU time of all children of a process, including those that have ended. */
export function cpuOfChildren(parent: number): number {
  let ticks = statOf(parent).ended
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = statOf(Number(name))
      if (stat.parent === parent) ticks += stat.user + stat.system
    } catch (error) {
      // The thread ended meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ESRCH')
        throw error
    }
  }
  return ticks * tickMicroseconds
}

export const parentOf = (pid: number) => statOf(pid).parent

function statOf(pid: number) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may contain spaces. Field 3 follows it (proc(5)).
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const field = (number: number) => fields[number - 3] ?? 0
  return { parent: field(4), user: field(14), system: field(15), ended: field(16) + field(17) }
}
