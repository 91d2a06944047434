import { readFile } from 'node:fs/promises'

const clockTicksPerSecond = 100

/** CPU seconds that a process has used so far, all threads (proc(5)); null once it is gone. */
export async function cpuSeconds(pid: number): Promise<number | null> {
  try {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond
  } catch {
    return null
  }
}

/** Watches a process until it has gone: its CPU seconds, to within 50 ms of its end. */
export function watchCpu(pid: number): () => number {
  let last = 0
  const timer = setInterval(async () => {
    const seconds = await cpuSeconds(pid)
    if (seconds === null) clearInterval(timer)
    else last = seconds
  }, 50)
  timer.unref()
  return () => last
}
