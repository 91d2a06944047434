import { sql } from 'kysely'
import { z } from 'zod'
import type { Ctx } from './context.ts'
import { statement } from './database/statement.ts'
import { job } from './jobs.ts'
import { retentionName } from './outbox/log.ts'

/** How long missed events can be replayed to a reconnecting client, and responses to repeated requests. */
const keepHours = 24
const keepFailuresDays = 30
/** A subscriber that has not moved for so long belongs to a program that is gone, and holds nothing back. */
const staleDays = 7
const batchSize = 5000

// Cuts the log off at a place in its order, never beyond what a subscriber still has to read, and notes the place.
const cutEvents = statement(
  'retention.events.system',
  (_, p: { hours: number }) =>
    sql<{ deleted: number }>`
    with slowest as (
      select transaction_id, sequence from platform.subscribers
       where name <> ${retentionName} and updated_at > now() - make_interval(days => ${sql.lit(staleDays)})
       order by transaction_id, sequence limit 1
    ), expired as (
      select e.transaction_id, e.sequence from platform.events e
       where e.created_at < now() - make_interval(hours => ${p.hours}::int)
         and not exists (select from slowest s where (e.transaction_id, e.sequence) > (s.transaction_id, s.sequence))
       order by e.transaction_id, e.sequence limit ${sql.lit(batchSize)}
    ), deleted as (
      delete from platform.events e using expired x
       where (e.transaction_id, e.sequence) = (x.transaction_id, x.sequence) returning e.transaction_id, e.sequence
    ), noted as (
      insert into platform.subscribers as s (name, transaction_id, sequence)
      select ${retentionName}, transaction_id, sequence from deleted order by transaction_id desc, sequence desc limit 1
      on conflict (name) do update
        set transaction_id = excluded.transaction_id, sequence = excluded.sequence, updated_at = now()
        where (excluded.transaction_id, excluded.sequence) > (s.transaction_id, s.sequence)
    )
    select count(*) as deleted from deleted`,
)

const deleteIdempotencyKeys = statement(
  'retention.idempotency_keys.system',
  (_, p: { hours: number }) =>
    sql<
      Record<string, never>
    >`delete from platform.idempotency_keys where created_at < now() - make_interval(hours => ${p.hours}::int)`,
)
const deleteFailures = statement(
  'retention.failed_events.system',
  (_, p: { days: number }) =>
    sql<
      Record<string, never>
    >`delete from platform.failed_events where failed_at < now() - make_interval(days => ${p.days}::int)`,
)

/** Deletes events older than `hours` that every subscriber has read, in short transactions. */
export async function cutLog(ctx: Ctx, hours: number): Promise<void> {
  for (;;) {
    const { deleted } = await ctx.db.one(cutEvents, { hours })
    if (deleted < batchSize) return
  }
}

export const retention = job({
  name: 'platform.retention',
  input: z.object({}),
  schedule: '*/10 * * * *',
  async run(ctx) {
    await cutLog(ctx, keepHours)
    await ctx.db.all(deleteIdempotencyKeys, { hours: keepHours })
    await ctx.db.all(deleteFailures, { days: keepFailuresDays })
  },
})
