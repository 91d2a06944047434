import type { Clock } from '@switchboard/voice'
import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'

/** The time by which the engine judges what is due: the database's, carried on by this process's monotonic clock. */
export interface EngineTime {
  /** Unix time in ms. */
  now(): number
  /** Asks the database. Returns whether its clock was set back since it was asked last. */
  adjust(): Promise<boolean>
}

const read = statement(
  'campaigns.database_time.system',
  () => sql<{ now: number }>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
)

export const readDatabaseTime = async (ctx: Ctx): Promise<number> => (await ctx.db.one(read, {})).now

/** A step smaller than this is the imprecision of asking. */
const stepMs = 2_000

/**
 * The clock of the machine may jump at any time without effect: only the first `adjust` and those after it set the time,
 * by the database. `readTime` answers Unix time in ms.
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
