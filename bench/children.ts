import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** The processes of one benchmark. They end when their channel is closed, and are killed after 10 s. */
export function createChildren() {
  const children: ChildProcess[] = []
  return {
    /** Forks a TypeScript file with only these variables and `nodeArgs`, connected over IPC. */
    start(file: URL, env: NodeJS.ProcessEnv, nodeArgs: string[] = []): ChildProcess {
      const child = fork(file, {
        env,
        execArgv: ['--disable-warning=ExperimentalWarning', ...nodeArgs],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      children.push(child)
      return child
    },
    async end(): Promise<void> {
      for (const child of children) await end(child)
    },
  }
}

/** Resolves to the next message of a child. Throws when it ends before. */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const waiting = new AbortController()
  const gone = once(child, 'exit', waiting).then(() => Promise.reject(new Error('A process ended in the middle.')))
  try {
    const [message] = (await Promise.race([once(child, 'message', waiting), gone])) as [T]
    return message
  } finally {
    gone.catch(() => undefined)
    waiting.abort()
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.disconnect()
  const killing = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(killing)
}
