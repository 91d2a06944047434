import type pg from 'pg'
import { isConnectionBroken } from './errors.ts'
import type { Row } from './round-trip.ts'
import type { Call } from './statement.ts'

/**
 * What `sendTogether` does with one round trip a statement, for where that form cannot go (`DATABASE_PIPELINE=off`).
 * `alone`: the calls are a transaction of their own; otherwise they begin, continue or end one with calls of their own.
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
