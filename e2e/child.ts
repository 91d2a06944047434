import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ChildOptions {
  command: string
  args: string[]
  cwd: string
  /** Its output, both streams, appended. */
  logPath: string
  env?: NodeJS.ProcessEnv
  uid?: number
  gid?: number
}

export interface Child {
  readonly pid: number
  readonly hasExited: boolean
  /** Its exit code. Null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** Sends the signal, waits for the end, and kills the process after the timeout, default 5 s. Idempotent. */
  stop(signal?: NodeJS.Signals, withinMs?: number): Promise<void>
}

/** Starts a program that runs until it is stopped by its process id. Throws when it cannot be started. */
export async function startChild({ command, args, logPath, ...options }: ChildOptions): Promise<Child> {
  const log = openSync(logPath, 'a')
  const child = spawn(command, args, { ...options, stdio: ['ignore', log, log] })
  closeSync(log)
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await once(child, 'spawn')
  return {
    pid: child.pid!,
    get hasExited() {
      return child.exitCode !== null || child.signalCode !== null
    },
    exited,
    async stop(signal = 'SIGTERM', withinMs = 5000) {
      child.kill(signal)
      const killing = setTimeout(() => child.kill('SIGKILL'), withinMs)
      await exited
      clearTimeout(killing)
    },
  }
}

/** Waits until `isReady` is true. Throws with the end of the log when the program ends before, or after `timeoutMs`. */
export async function untilReady(
  child: Child,
  logPath: string,
  isReady: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await isReady())) {
    if (child.hasExited || Date.now() > deadline) {
      await child.stop()
      throw new Error(`Not ready (see ${logPath}):\n${readFileSync(logPath, 'utf8').slice(-2000)}`)
    }
    await sleep(25)
  }
}
