import type pg from 'pg'
import type { Outbox } from '../src/platform/outbox/outbox.ts'
import { type Position, comparePositions } from '../src/platform/outbox/position.ts'
import { until } from './until.ts'

/**
 * Waits until this node has told everything that has been committed so far. The log tells an event once no transaction of
 * the whole cluster is older, and any may be open in the tests beside this one; until then it comes to whoever came after it
 * happened, and a reader finds less than there is.
 */
export async function allTold(connections: { pool: pg.Pool }, outbox: Pick<Outbox, 'position'>): Promise<void> {
  const { rows } = await connections.pool.query<Position>(
    `select transaction_id::text::bigint as transaction, sequence from platform.events
      order by transaction_id desc, sequence desc limit 1`,
  )
  const [last] = rows
  if (last) await until('the log has told everything', () => comparePositions(outbox.position(), last) >= 0)
}
