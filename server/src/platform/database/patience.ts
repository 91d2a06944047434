import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import { databaseError } from './errors.ts'

const pauseMs = 500
const patienceMs = 30_000

/**
 * For what a start needs. A request that finds no connection in time is refused and comes again; a start that gave up would
 * end the server, for requests that keep the only connection busy. `work` is tried again, for 30 s, while the database
 * answers 503, so it must be safe to repeat. Throws any other failure at once.
 */
export async function withPatience<T>(log: Pick<Log, 'warn'>, work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const failure = databaseError(error)
      if (!(failure instanceof AppError) || failure.status !== 503 || performance.now() > giveUpAt) throw failure
      log.warn({ err: failure }, 'The database is busy; the start goes on when it has a connection.')
      await delay(pauseMs)
    }
  }
}
