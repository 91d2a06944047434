import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../config/values.ts'

const execArgv = ['--disable-warning=ExperimentalWarning']
const endWithinMs = 15_000

/** A fresh server with a data directory of its own, on free ports of the loopback interface. */
export async function startServer(
  dataDir: string,
  outer: Environment,
): Promise<{ url: string; stop(): Promise<void> }> {
  const env = {
    ...onlyPath(outer),
    DATA_DIR: dataDir,
    PORT: '0',
    SIP_PORT: '0',
    // Apart from those of a server that may be running.
    RTP_PORTS: '24000-25999',
  }
  const main = fileURLToPath(new URL('../../main.js', import.meta.url))
  const child = fork(main, ['start'], { execArgv, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4000)))
  const ended = once(child, 'exit')
  const listening = (async () => {
    for await (const line of createInterface({ input: child.stdout! })) {
      const [url] = /http:\S+/.exec(line) ?? []
      if (url) return url
    }
    throw new Error(`The server did not start. ${complaints}`)
  })()
  const url = await listening
  return { url, stop: () => stop(child, ended) }
}

/** The telephone company. */
export async function startCarrier(
  password: string,
  outer: Environment,
): Promise<{ port: number; dialled(): Promise<string[]>; stop(): void }> {
  const child = fork(fileURLToPath(new URL('carrier.ts', import.meta.url)), [password], {
    execArgv,
    env: onlyPath(outer),
  })
  const [port] = (await Promise.race([once(child, 'message'), failed(child)])) as [number]
  return {
    port,
    async dialled() {
      child.send('dialled?')
      return ((await once(child, 'message')) as [string[]])[0]
    },
    stop: () => void (child.connected && child.disconnect()),
  }
}

async function failed(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`The telephone company ended before it began (exit code ${code}).`)
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), endWithinMs)
  await ended
  clearTimeout(late)
}

/** The demo's server is not configured by what configures the real one. */
const onlyPath = ({ PATH }: Environment) => ({ PATH })
