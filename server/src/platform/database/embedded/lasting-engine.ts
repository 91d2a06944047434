import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { endedWithConnection } from '../errors.ts'
import { type Engine, type Log, StatementDidNotEnd } from './engine.ts'

export interface LastingEngine extends Pick<Engine, 'request' | 'stop'> {
  /** A socket for `pg`. It connects when there is an engine: at once, or when it has been opened again. */
  createSocket(): Socket
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

/**
 * Opens the engine again whenever it fails, as PostgreSQL restarts when one of its processes crashes: what was committed
 * is in the directory. It goes on trying, since what keeps it from opening may pass: a full disk, one that cannot be written.
 * Rejects when the first start does.
 */
export async function keepEngine(
  start: (onFailure: (error: Error) => void, isFirst: boolean) => Promise<Engine>,
  log: Log,
): Promise<LastingEngine> {
  const sockets = new Set<Socket>()
  const stopping = new AbortController()
  /** Resolves when there is an engine again. */
  let down: PromiseWithResolvers<void> | undefined
  /** The error of the last attempt to open it: connections until the next attempt are refused at once. */
  let refusal: Error | undefined
  let hasStarted = false

  const breakOff = (error: Error): void => {
    if (!hasStarted || down || stopping.signal.aborted) return
    down = Promise.withResolvers()
    log.warn({ error: error.message }, 'The embedded database failed. It is being opened again.')
    const reason = error instanceof StatementDidNotEnd ? endedWithConnection() : undefined
    for (const socket of sockets) socket.destroy(reason)
  }
  let engine = await start(breakOff, true)
  hasStarted = true

  const reopen = async (): Promise<void> => {
    const failedAt = performance.now()
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        engine = await start(breakOff, false)
        break
      } catch (error) {
        const { message } = error as Error
        if (message !== refusal?.message) log.warn({ error: message }, 'The embedded database does not open yet.')
        refusal = error as Error
        down?.resolve()
      }
      await delay(pauseMs, undefined, { signal: stopping.signal })
    }
    const milliseconds = Math.round(performance.now() - failedAt)
    log.info({ milliseconds }, 'The embedded database was opened again, with everything that was committed.')
    refusal = undefined
    down?.resolve()
    down = undefined
  }

  const keep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await engine.ended
      if (!stopping.signal.aborted) await reopen()
    }
  }
  const kept = keep().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })

  return {
    request: (operation) => engine.request(operation),
    createSocket() {
      const socket = socketAfter(async () => {
        await down?.promise
        if (refusal) throw refusal
      })
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return socket
    },
    async stop() {
      stopping.abort()
      await engine.stop()
      await kept
    },
  }
}

/** `possible` resolves when there is something to connect to, and rejects when there is nothing. */
function socketAfter(possible: () => Promise<void>): Socket {
  const socket = new Socket()
  const connect = socket.connect.bind(socket) as (...target: unknown[]) => Socket
  const connectWhenPossible = (...target: unknown[]): Socket => {
    possible().then(
      () => {
        if (!socket.destroyed) connect(...target)
      },
      (error: Error) => socket.destroy(error),
    )
    return socket
  }
  return Object.assign(socket, { connect: connectWhenPossible })
}
