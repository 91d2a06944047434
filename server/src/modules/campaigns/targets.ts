import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'

// Everyone on the list who is not a target yet. The zone is the number's own unless the contact says otherwise when the
// call is due; a number of no country stands in the workspace's zone.
const enrol = statement('campaigns.enrol', (_, p: { id: string; now: string }) =>
  sql<{ count: number }>`
    with enrolled as (
      insert into campaigns.targets (campaign_id, contact_id, phone_number, zones, next_attempt_at)
      select c.id, k.id, k.phone_number,
             coalesce(telephony.zones_of(k.phone_number), array[coalesce(w.time_zone, 'UTC')]), ${p.now}::timestamptz
        from campaigns.campaigns c
        join contacts.list_items i on i.workspace_id = c.workspace_id and i.contact_list_id = c.contact_list_id
        join contacts.contacts k on k.workspace_id = i.workspace_id and k.id = i.contact_id
        left join identity.workspaces w on w.id = c.workspace_id
       where c.id = ${p.id}
         and not exists (select from campaigns.targets t
                          where t.workspace_id = c.workspace_id and t.campaign_id = c.id and t.contact_id = k.id)
       order by i.created_at, k.id
      on conflict (workspace_id, campaign_id, contact_id) do nothing
      returning 1
    )
    select count(*) from enrolled`,
)

// A list of 100,000 takes longer than a request's statement usually may.
const patience = statement('campaigns.patience', () => sql`select set_config('statement_timeout', '120000', true)`)

/**
 * Makes targets of the contacts on the campaign's list that are not yet among them; answers how many. Once at the start,
 * and again while the campaign runs, so that people added to the list meanwhile join. Inside a transaction.
 */
export async function enrolContacts(ctx: Ctx, campaignId: string): Promise<number> {
  await ctx.db.all(patience, {})
  return (await ctx.db.one(enrol, { id: campaignId, now: ctx.now().toISOString() })).count
}
