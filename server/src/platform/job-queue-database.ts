import pg from 'pg'
import type { Db as BossDatabase } from 'pg-boss'
import type { Ctx } from './context.ts'
import { type Connections, lease } from './database/connections.ts'
import { isConnectionBroken } from './database/errors.ts'
import type { JobType } from './jobs.ts'

/** The schema of pg-boss. */
export const schema = 'jobs'

/** pg-boss's share of the connections, beside those of the workspaces and of the jobs it runs. */
const share = 'jobs'

export const grants = `
  grant usage on schema ${schema} to app_user, app_system;
  grant select on ${schema}.queue to app_user, app_system;
  grant insert, select (id) on ${schema}.job, ${schema}.job_common to app_user, app_system`

/**
 * The database of pg-boss's own statements: fetching, completing, supervising. Each statement waits for a turn like any request, so
 * neither delays the other by more than a turn. Throws 503 when no connection is free in time.
 */
export const overConnections = (connections: Connections): BossDatabase => ({
  async executeSql(text, values) {
    const { client, release } = await lease(connections, share)
    try {
      // pg-boss reads times as dates, unlike our rows. pg's types do not know that a query may bring its own parsers.
      const result = await client.query({ text, values, types: pg.types } as pg.QueryConfig)
      release()
      return result
    } catch (error) {
      // Some of its texts begin a transaction; one that failed stays open until it is rolled back.
      const isOver = !isConnectionBroken(error) && (await client.query('rollback').then(isTrue, isFalse))
      release(!isOver)
      throw error
    }
  },
})

const isTrue = () => true
const isFalse = () => false

/** One insert in the caller's transaction; the text is the same for every job of a type, so it is prepared. */
export const inTransaction = (ctx: Ctx, type: JobType): BossDatabase => ({
  async executeSql(text, values = []) {
    const [rows] = await ctx.db.together([{ name: `jobs.send:${type.name}`, text, values }])
    return { rows }
  },
})
