import type pg from 'pg'

/** Reads all workspaces, like the server's system statements. */
export async function queryAsSystem(
  pool: pg.Pool,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, never>[]> {
  const client = await pool.connect()
  try {
    await client.query('begin; set local role app_system')
    const { rows } = await client.query(text, values)
    await client.query('commit')
    return rows
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}
