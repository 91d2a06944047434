import type { Clock } from '@switchboard/voice'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'

/** The engine's time: the database's, advanced by this process's monotonic clock. */
export interface EngineTime {
  /** Unix time in ms. */
  now(): number
  /** Reads the database's time. Returns true when its clock was set back since the last call. */
  adjust(): Promise<boolean>
}

const read = statement(
  'campaigns.database_time.system',
  () => sql<{ now: number }>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
)

export const readDatabaseTime = async (ctx: Ctx): Promise<number> => (await ctx.db.one(read, {})).now

/** A smaller step is attributed to the latency of the query. */
const stepMs = 2_000

/**
 * Jumps of the machine's clock have no effect: only `adjust` sets the time, from the database. `readTime` returns Unix time
 * in ms.
 */
export function createEngineTime(clock: Clock, readTime: () => Promise<number>): EngineTime {
  /** Database time minus monotonic time. */
  let offset = clock.now() - clock.monotonic()
  let isSet = false
  return {
    now: () => offset + clock.monotonic(),
    async adjust() {
      const askedAt = clock.monotonic()
      const found = await readTime()
      const next = found - (askedAt + clock.monotonic()) / 2
      const wasSetBack = isSet && next < offset - stepMs
      offset = next
      isSet = true
      return wasSetBack
    },
  }
}
