import type pg from 'pg'
import { isConnectionBroken } from './errors.ts'
import { Lane } from './lane.ts'
import type { Row } from './round-trip.ts'
import type { Call } from './statement.ts'

/**
 * Sends several prepared statements in one round trip with one Sync. Outside `begin … commit` they are one implicit
 * transaction: all take effect or none. Resolves with the rows of each.
 */
export const sendTogether = (client: pg.PoolClient, calls: readonly Call[]): Promise<Row[][]> =>
  new Lane(client).send(calls)

/**
 * The same with one round trip a statement, for where the form above cannot go (`DATABASE_PIPELINE=off`). `alone`: the
 * calls are a transaction of their own; otherwise they begin, continue or end one with calls of their own.
 */
export async function sendOneByOne(client: pg.PoolClient, calls: Call[], alone: boolean): Promise<Row[][]> {
  const results: Row[][] = []
  try {
    if (alone) await client.query('begin')
    for (const { name, text, values } of calls) results.push((await client.query<Row>({ name, text, values })).rows)
    if (alone) await client.query('commit')
  } catch (error) {
    if (alone && !isConnectionBroken(error)) await client.query('rollback')
    throw error
  }
  return results
}
