import type pg from 'pg'
import type { Call } from '../src/platform/database/statement.ts'

/**
 * The plan of a statement under a member's role and row security. `reluctant`: with a planner that reads no table whole and
 * sorts nothing where there is another way. So few rows show what an index cannot do: where it says `Seq Scan` or `Sort`
 * even then, no index fits. `analyze`: runs it, and counts the rows of each step.
 */
export async function explainAs(
  pool: pg.Pool,
  who: { userId: string; workspaceId?: string },
  { text, values }: Call,
  { reluctant = true, analyze = false }: { reluctant?: boolean; analyze?: boolean } = {},
): Promise<string> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    if (reluctant) {
      for (const way of ['seqscan', 'bitmapscan', 'sort']) await client.query(`set local enable_${way} = off`)
    }
    await client.query("select set_config('app.user_id', $1, true), set_config('app.workspace_id', $2, true)", [
      who.userId,
      who.workspaceId ?? '',
    ])
    await client.query('set local role app_user')
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain ${analyze ? '(analyze, timing off)' : ''} ${text}`,
      values,
    )
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  } finally {
    await client.query('rollback')
    client.release()
  }
}
