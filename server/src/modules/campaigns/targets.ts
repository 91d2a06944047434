import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { only } from '../../platform/database/scope.ts'
import { statement } from '../../platform/database/statement.ts'
import { refreshStatistics } from '../../platform/database/statistics.ts'

// Everyone on the list who has a number and is not a target yet. The zone is the number's own unless the contact says otherwise when the
// call is due; a number of no country stands in the workspace's zone.
const enrol = statement(
  'campaigns.enrol',
  (_, p: { id: string }) =>
    sql<{ count: number }>`
    with enrolled as (
      insert into campaigns.targets (id, campaign_id, contact_id, phone_number, zones, next_attempt_at)
      select campaigns.new_id(row_number() over (order by i.id)), c.id, k.id, k.phone_number,
             coalesce(telephony.zones_of(k.phone_number), array[coalesce(w.time_zone, 'UTC')]), now()
        from campaigns.campaigns c
        join contacts.list_items i on i.workspace_id = c.workspace_id and i.contact_list_id = c.contact_list_id
        join contacts.contacts k on k.workspace_id = i.workspace_id and k.id = i.contact_id
        left join identity.workspaces w on w.id = c.workspace_id
       where c.id = ${p.id} and k.phone_number is not null
         and not exists (select from campaigns.targets t
                          where t.workspace_id = c.workspace_id and t.campaign_id = c.id and t.contact_id = k.id)
      on conflict (workspace_id, campaign_id, contact_id) do nothing
      returning 1
    )
    select count(*) from enrolled`,
)

// A list of 100,000 takes longer than a request's statement usually may; and it is to be joined as a whole, whatever the
// planner thinks of tables that it has not yet looked at.
const bulkMs = 120_000
const beginBulk = statement(
  'campaigns.begin_bulk',
  () =>
    sql`select set_config('statement_timeout', ${sql.lit(String(bulkMs))}, true), set_config('enable_nestloop', 'off', true)`,
)
const endBulk = statement(
  'campaigns.end_bulk',
  () => sql`select set_config('statement_timeout', '5000', true), set_config('enable_nestloop', 'on', true)`,
)

/** What the engine works on. */
export const workingTables = [
  'contacts.contacts',
  'contacts.list_items',
  'campaigns.targets',
  'campaigns.attempts',
] as const

/** From so many new rows on, the planner has to be told of them. */
const many = 100

/**
 * Makes targets of the contacts on the campaign's list that are not yet among them; answers how many. Once at the start,
 * and again while the campaign runs, so that people added to the list meanwhile join. Inside a transaction.
 */
export async function enrolContacts(ctx: Ctx, campaignId: string): Promise<number> {
  const [, enrolled] = await ctx.db.together([beginBulk.call({}), enrol.call({ id: campaignId }), endBulk.call({})], {
    timeLimitMs: bulkMs,
  })
  const { count } = only(enrolled)
  if (count >= many) ctx.afterCommit(() => void refreshStatistics(ctx.services, workingTables))
  return count
}
