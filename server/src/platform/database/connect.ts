import type pg from 'pg'
import { unavailable } from '../errors.ts'

/** A connection of one's own, to be released. Throws 503 when none can be had in time. */
export async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (cause) {
    throw unavailable('The database cannot be reached at the moment.', 5, cause)
  }
}
