/** Runs one statement and gives its rows. */
export type ConnectionQuery = (sql: string) => Promise<{ rows: Record<string, unknown>[] }>

// PostgreSQL's own autovacuum thresholds (its defaults for the *_threshold, *_scale_factor and freeze_max_age settings).
const toAnalyse = 's.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)'
const toVacuum = `(s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
  or s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0)
  or age(c.relfrozenxid) > 200000000)`

/**
 * Replaces autovacuum, which PGlite does not run: vacuums and analyses the tables that need it,
 * one statement each so that requests get their turn between two tables. Returns the names of those tables.
 */
export const maintenance = (connectionQuery: ConnectionQuery): Promise<string[]> =>
  attend(connectionQuery, `${toVacuum} or ${toAnalyse}`, 'vacuum (analyze)')

/** The quick half of it, a sample of each table: until then the planner takes tables that have just grown for empty. */
export const refreshStatistics = (connectionQuery: ConnectionQuery): Promise<string[]> =>
  attend(connectionQuery, toAnalyse, 'analyze')

async function attend(connectionQuery: ConnectionQuery, isDue: string, verb: string): Promise<string[]> {
  await connectionQuery('select pg_stat_force_next_flush()') // the counters may be a second behind otherwise
  const { rows } = await connectionQuery(`
    select format('%I.%I', s.schemaname, s.relname) as name
      from pg_stat_all_tables s
      join pg_class c on c.oid = s.relid
     where s.schemaname not like 'pg\\_toast%' and c.relkind in ('r', 'm') and (${isDue})
     order by 1`)
  const names = rows.map((row) => String(row.name))
  for (const name of names) await connectionQuery(`${verb} ${name}`)
  return names
}
