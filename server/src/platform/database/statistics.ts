import type { Services } from '../services.ts'

/**
 * Has the planner look at tables that many rows have just come into. Until then it takes them for empty, any index for
 * as good as any other, and work that should cost a look-up a row costs a walk through the whole workspace. Only the
 * tables' owner may, so this goes beside any transaction. Never throws: without it things are slow, not wrong.
 */
export async function refreshStatistics({ connections, log }: Services, tables: readonly string[]): Promise<void> {
  try {
    await connections.pool.query(`analyze ${tables.join(', ')}`)
  } catch (error) {
    log.warn({ err: error, tables }, 'The statistics of these tables could not be refreshed.')
  }
}
