import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startChild, untilReady } from './child.ts'
import type { Child } from './child.ts'
import type { DatabaseUrl } from './databases.ts'
import { freePort } from './ports.ts'

export interface SwitchboardOptions {
  folder: string
  databaseUrl: DatabaseUrl
  /** Distinguishes several nodes in one folder. They share keys and files. */
  name?: string
  /** Environment variables of the server. */
  settings?: Record<string, string>
}

/** The server as its operator runs it: `switchboard start` in a process of its own, configured by the environment. */
export interface Switchboard extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** The process of the telephone engine. Null while it does not run. */
  voicePid(): Promise<number | null>
  /** Runs `switchboard <args>` with the same configuration. Returns its output. Throws when it fails. */
  command(args: string[], input?: string): Promise<string>
  /** Starts it again with the same data and ports, after `kill`. Returns the ms until it was ready. */
  start(): Promise<number>
  /** Starts it and ends it with SIGKILL after this time, ready or not. */
  startAndKillAfter(ms: number): Promise<void>
  /** Ends the server's process with SIGKILL. Its telephone engine has to notice by itself. */
  kill(): Promise<void>
  /** Stops it gracefully. Idempotent. */
  stop(): Promise<void>
}

const host = '127.0.0.1'
const main = fileURLToPath(new URL('../server/src/main.js', import.meta.url))
/** A stop waits 5 s for calls in progress, and takes at most 15 s. */
const endWithinMs = 20_000
const voiceWorker = 'voice/src/process/worker.ts'
/** Two ports per call. */
const rtpPorts = 400

export async function startSwitchboard(options: SwitchboardOptions): Promise<Switchboard> {
  const { folder, databaseUrl, name = 'switchboard', settings = {} } = options
  const dataDir = join(folder, 'data')
  const logPath = join(folder, `${name}.log`)
  await mkdir(dataDir, { recursive: true })
  const [port, sipPort, rtpPort] = [await freePort(), await freePort(), await freePort(rtpPorts)]
  const url = `http://${host}:${port}`
  const { PATH, TZ, HOME } = process.env
  const env: NodeJS.ProcessEnv = {
    PATH,
    TZ,
    HOME,
    HOST: host,
    PORT: `${port}`,
    DATA_DIR: dataDir,
    SIP_PORT: `${sipPort}`,
    RTP_PORTS: `${rtpPort}-${rtpPort + rtpPorts - 1}`,
    LOG_LEVEL: 'info',
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    ...settings,
  }
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  let child!: Child
  const launch = async () => {
    const args = ['--disable-warning=ExperimentalWarning', main, 'start']
    child = await startChild({ command: process.execPath, args, cwd: dataDir, logPath, env })
  }
  const start = async () => {
    const startedAt = performance.now()
    await launch()
    await untilReady(child, logPath, isReady, 60_000)
    return performance.now() - startedAt
  }
  const kill = () => child.stop('SIGKILL')
  const stop = () => child.stop('SIGTERM', endWithinMs)
  await start()
  return {
    url,
    get pid() {
      return child.pid
    },
    voicePid: () => findVoice(child.pid),
    start,
    async startAndKillAfter(ms) {
      await launch()
      await sleep(ms)
      await kill()
    },
    kill,
    stop,
    command: (args, input) => runCommand(args, { cwd: dataDir, env }, input),
    [Symbol.asyncDispose]: stop,
  }
}

function runCommand(args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }, input = ''): Promise<string> {
  const running = promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, ...args],
    options,
  )
  running.child.stdin?.end(input)
  return running.then(({ stdout }) => stdout)
}

/** Searches the children of each of its threads (proc(5)). */
async function findVoice(pid: number): Promise<number | null> {
  try {
    for (const thread of await readdir(`/proc/${pid}/task`)) {
      const children = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')
      for (const child of children.trim().split(' ').filter(Boolean))
        if ((await readFile(`/proc/${child}/cmdline`, 'utf8')).includes(voiceWorker)) return Number(child)
    }
  } catch (error) {
    if (!isGone(error)) throw error
  }
  return null
}

const isGone = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')
