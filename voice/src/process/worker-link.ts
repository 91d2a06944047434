import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { defaultBindWithinMs, type EmbeddedOptions } from '../embedded/gateway.ts'
import type { FromWorker, ToWorker } from './protocol.ts'

/** A running voice process. */
export interface WorkerLink {
  readonly pid: number
  readonly sip: { host: string; port: number }
  connected(): boolean
  /** False: it was not sent, and will not be. */
  send(message: ToWorker): boolean
  /** Ends it as the loss of the server would: it hangs up what is left and exits. */
  disconnect(): void
  kill(): void
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
}

/** Besides the wait for its port. One that takes longer hangs, and is tried again. */
const startWithinMs = 30_000

const workerPath = fileURLToPath(new URL('worker.ts', import.meta.url))

/** Forks a voice process and waits until it listens. Rejects with what it says when it cannot. */
export function startWorker(options: EmbeddedOptions, onMessage: (message: FromWorker) => void): Promise<WorkerLink> {
  const child = fork(workerPath, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // The server's environment holds its secrets, of which this process needs none.
    env: keep(['TZ', 'NODE_COMPILE_CACHE', 'NODE_EXTRA_CA_CERTS']),
  })
  const { promise: ready, resolve, reject } = Promise.withResolvers<WorkerLink>()
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()

  child.on('message', (message: FromWorker) => {
    if (message.t === 'ready') {
      clearTimeout(late)
      resolve({
        pid: child.pid!,
        sip: message.sip,
        ended,
        connected: () => child.connected,
        send(message) {
          if (!child.connected) return false
          // An error that comes later means that the process is ending: its end answers every open call.
          child.send(message, () => {})
          return true
        },
        disconnect: () => child.disconnect(),
        kill: () => child.kill('SIGKILL'),
      })
    } else if (message.t === 'failed') reject(new Error(message.message))
    else onMessage(message)
  })
  const late = setTimeout(() => child.kill('SIGKILL'), (options.bindWithinMs ?? defaultBindWithinMs) + startWithinMs)
  late.unref()
  child.once('error', reject)
  // A stopped process would not notice that this one ends. Continued, it finds its channel closed, hangs up and exits.
  const continueStopped = () => void (process.platform !== 'win32' && child.kill('SIGCONT'))
  process.once('exit', continueStopped)
  child.once('exit', (code, signal) => {
    clearTimeout(late)
    process.off('exit', continueStopped)
    reject(new Error(`The voice process ended before it was ready (${signal ?? `exit code ${code}`}).`))
    end()
  })
  const start: ToWorker = { t: 'start', options }
  child.send(start)
  return ready
}

const keep = (names: string[]) =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
