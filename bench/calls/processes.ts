import { readFile } from 'node:fs/promises'

const clockTicksPerSecond = 100

/** Returns the CPU seconds of all threads of a process so far (proc(5)), or null after its end. */
export async function cpuSeconds(pid: number): Promise<number | null> {
  try {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond
  } catch {
    return null
  }
}

/** Resolves to the CPU seconds of a process at its end, to within 50 ms. */
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
