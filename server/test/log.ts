import type pg from 'pg'
import type { Outbox } from '../src/platform/outbox/outbox.ts'
import { type Position, comparePositions } from '../src/platform/outbox/position.ts'
import { until } from './until.ts'

/**
 * Waits until this node has published everything that has been committed so far. An event is published once no transaction of
 * the whole cluster is older, and the tests beside this one may have some open; until then a client that connects after it
 * happened still receives it, and a reader of the log misses it.
 */
export async function allDelivered(connections: { pool: pg.Pool }, outbox: Pick<Outbox, 'position'>): Promise<void> {
  const { rows } = await connections.pool.query<Position>(
    `select transaction_id::text::bigint as transaction, sequence from platform.events
      order by transaction_id desc, sequence desc limit 1`,
  )
  const [last] = rows
  if (last) await until('the log has published everything', () => comparePositions(outbox.position(), last) >= 0)
}
