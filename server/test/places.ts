import type { TestServer } from './server.ts'

/**
 * Returns the tables of all workspaces that still contain any of these texts. Not the outbox, which stores published events
 * for a day, nor the job queue's own tables.
 */
export async function placesOf({ app }: TestServer, ...texts: string[]): Promise<string[]> {
  const { pool } = app.services.connections
  const { rows: tables } = await pool.query<{ name: string }>(`
    select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'jobs', 'migrations')
       and c.oid <> 'platform.events'::regclass order by 1`)
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query(
      `select from ${name} t where exists (select from unnest($1::text[]) w where strpos(t::text, w) > 0) limit 1`,
      [texts],
    )
    if (rows.length > 0) found.push(name)
  }
  return found
}
