import type pg from 'pg'
import { unavailable } from '../errors.ts'
import { isConnectionBroken } from './errors.ts'

/** A connection of one's own, to be released. Throws 503 when none can be had in time. */
export async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (cause) {
    throw unavailable('The database cannot be reached at the moment.', 5, cause)
  }
}

/** Lends a connection of its own to `work`. */
export async function onConnection<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(pool)
  try {
    const result = await work(client)
    client.release()
    return result
  } catch (error) {
    client.release(isConnectionBroken(error))
    throw error
  }
}
