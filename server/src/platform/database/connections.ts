import type pg from 'pg'
import type { Config } from '../../config.ts'
import { unavailable } from '../errors.ts'
import { type FairQueue, createFairQueue } from '../fair-queue.ts'
import { type Shares, createShares } from './shares.ts'

/** The pool, who may use how much of it, and how statements travel over it. */
export interface Connections {
  readonly pool: pg.Pool
  readonly pipelined: boolean
  /** A place for each connection. */
  readonly places: FairQueue
  readonly shares: Shares
  /** The longest wait for a connection, in milliseconds. */
  readonly waitMs: number
  /** The longest wait for the reply to a statement before its connection is closed, in milliseconds. Null: no limit. */
  readonly replyWithinMs: number | null
  /** Called after round trips that took longer than a second. */
  onSlow?(statements: string[], milliseconds: number): void
}

export interface ConnectionsOptions
  extends Pick<Config['database'], 'pipelined' | 'poolTimeoutMs'>, Pick<Connections, 'onSlow'> {
  /** Connections that one workspace may use at the same time. Default: a third, and 2 at least where there are 3. */
  perWorkspace?: number | null
  replyWithinMs?: number | null
}

export function connectionsOver(pool: pg.Pool, options: ConnectionsOptions): Connections {
  const { pipelined, poolTimeoutMs, perWorkspace, replyWithinMs = null, onSlow } = options
  const limit = pool.options.max
  return {
    pool,
    pipelined,
    places: createFairQueue({ limit, limitPerKey: Math.min(limit, perWorkspace ?? usualShare(limit)) }),
    shares: createShares(),
    waitMs: poolTimeoutMs,
    replyWithinMs,
    ...(onSlow && { onSlow }),
  }
}

const usualShare = (limit: number): number => (limit <= 2 ? 1 : Math.max(2, Math.floor(limit / 3)))

/** A connection of one's own, and the place that goes with it. */
export interface Lease {
  readonly client: pg.PoolClient
  /** To be called once. `broken`: the connection is closed. */
  release(broken?: boolean): void
}

/** Waits for this share's turn and a connection. Throws 503 when no connection is free in time. */
export async function lease({ pool, places, waitMs }: Connections, share: string): Promise<Lease> {
  const giveUpAt = performance.now() + waitMs
  const leave = await places.acquire(share, { timeoutMs: waitMs })
  try {
    const client = await inTime(pool.connect(), giveUpAt - performance.now())
    return {
      client,
      release(broken = false) {
        client.release(broken)
        leave()
      },
    }
  } catch (cause) {
    leave()
    throw unavailable('The database cannot be reached at the moment.', 5, cause)
  }
}

/** The time that was spent waiting for a turn is not to be had again for the connection. */
async function inTime(connecting: Promise<pg.PoolClient>, leftMs: number): Promise<pg.PoolClient> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('No connection in time.')), Math.max(1, leftMs))
  try {
    return await Promise.race([connecting, late])
  } catch (error) {
    void connecting.then(
      (client) => client.release(),
      () => undefined,
    )
    throw error
  } finally {
    clearTimeout(timer)
  }
}
