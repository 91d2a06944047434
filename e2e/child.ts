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
  /** Sends the signal, waits for the end, and kills after 5 s without one. Idempotent. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts a program that runs until it is stopped by its process id. */
export function startChild({ command, args, logPath, ...options }: ChildOptions): Child {
  const log = openSync(logPath, 'a')
  const child = spawn(command, args, { ...options, stdio: ['ignore', log, log] })
  closeSync(log)
  let hasExited = false
  const exit = once(child, 'exit').then(
    () => void (hasExited = true),
    (error: unknown) => {
      hasExited = true
      console.error(`${command} cannot be started: ${String(error)}`)
    },
  )
  return {
    pid: child.pid ?? 0,
    get hasExited() {
      return hasExited
    },
    async stop(signal = 'SIGTERM') {
      if (!hasExited) child.kill(signal)
      const killing = setTimeout(() => child.kill('SIGKILL'), 5000)
      await exit
      clearTimeout(killing)
    },
  }
}

/** Waits until `isReady` says so; throws with the log's end when the program ends before, or after `timeoutMs`. */
export async function untilReady(
  child: Child,
  logPath: string,
  isReady: () => Promise<boolean>,
  timeoutMs = 10_000,
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
