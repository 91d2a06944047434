import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { only } from '../../platform/database/scope.ts'
import { statement } from '../../platform/database/statement.ts'
import { type Entitlements, limitsOf, planLimit } from '../billing/index.ts'
import { refreshStatistics } from '../../platform/database/statistics.ts'

/** Contacts that the request to start a campaign enrols, so that a short list is complete at once. */
export const startBatchSize = 500
/** Contacts that the engine enrols in one transaction. */
export const enrolBatchSize = 2_000

// The time zones are those of the number, or the workspace's zone when the number has none. The contact's own time zone is
// applied when the call is due. Moves the campaign's counters: trigger campaigns.count_targets.
const insertTargets = sql`
  insert into campaigns.targets (id, campaign_id, contact_id, phone_number, zones, next_attempt_at)
  select campaigns.new_id(row_number() over (order by j.item_id)), j.campaign_id, j.contact_id, j.phone_number,
         coalesce(telephony.zones_of(j.phone_number), array[coalesce(w.time_zone, 'UTC')]), now()
    from joining j left join identity.workspaces w on w.id = j.workspace_id
  on conflict (workspace_id, campaign_id, contact_id) do nothing
  returning 1`

const isNotTarget = sql`not exists (
  select from campaigns.targets t where t.workspace_id = c.workspace_id and t.campaign_id = c.id and t.contact_id = k.id)`

const beginEnrolment = statement(
  'campaigns.begin_enrolment',
  (_, p: { id: string }) =>
    sql`update campaigns.campaigns set enrol_after = '00000000-0000-0000-0000-000000000000' where id = ${p.id}`,
)

interface Enrolled {
  /** Contacts that were enrolled. */
  count: number
  /** List items that were read. */
  seen: number
}

// The next items after the cursor. The cursor moves in the same transaction, so a crash neither skips nor repeats one;
// the row lock serialises two nodes.
const enrolNext = statement(
  'campaigns.enrol_next',
  (_, p: { id: string; limit: number }) =>
    sql<Enrolled>`
    with c as (
      select id, workspace_id, contact_list_id, enrol_after from campaigns.campaigns
       where id = ${p.id} and enrol_after is not null for no key update
    ), batch as (
      select i.id, i.contact_id from c join contacts.list_items i
          on i.workspace_id = c.workspace_id and i.contact_list_id = c.contact_list_id and i.id > c.enrol_after
       order by i.id limit ${p.limit}::int
    ), joining as (
      select b.id as item_id, c.id as campaign_id, c.workspace_id, k.id as contact_id, k.phone_number
        from c cross join batch b join contacts.contacts k on k.workspace_id = c.workspace_id and k.id = b.contact_id
       where k.phone_number is not null and ${isNotTarget}
    ), enrolled as (${insertTargets}), moved as (
      update campaigns.campaigns o
         set enrol_after = case when (select count(*) from batch) = ${p.limit}::int then (select id from batch order by id desc limit 1) end
        from c where o.id = c.id
    )
    select (select count(*) from enrolled) as count, (select count(*) from batch) as seen`,
)

// Contacts that were added to the list since, at any position.
const enrolMissing = statement(
  'campaigns.enrol_missing',
  (_, p: { id: string; limit: number }) =>
    sql<Enrolled>`
    with joining as (
      select i.id as item_id, c.id as campaign_id, c.workspace_id, k.id as contact_id, k.phone_number
        from campaigns.campaigns c
        join contacts.list_items i on i.workspace_id = c.workspace_id and i.contact_list_id = c.contact_list_id
        join contacts.contacts k on k.workspace_id = i.workspace_id and k.id = i.contact_id
       where c.id = ${p.id} and c.enrol_after is null and k.phone_number is not null and ${isNotTarget}
       order by i.id limit ${p.limit}::int
    ), enrolled as (${insertTargets})
    select (select count(*) from enrolled) as count, (select count(*) from joining) as seen`,
)

// Comparing a list of 100,000 with the targets takes longer than the usual statement timeout. A nested loop would be much
// slower, and the planner may choose it before it has statistics of the tables.
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

const countCallable = statement(
  'campaigns.count_callable',
  (_, p: { id: string; most: number }) =>
    sql<{ count: number; enrolled: number }>`
    select (select count(*) from (
             select from contacts.list_items i join contacts.contacts k on k.workspace_id = i.workspace_id and k.id = i.contact_id
              where i.workspace_id = c.workspace_id and i.contact_list_id = c.contact_list_id and k.phone_number is not null
              limit ${p.most}::int + 1) callable) as count,
           c.contacts as enrolled
      from campaigns.campaigns c where c.id = ${p.id}`,
)

const tooMany = ({ plan_name, max_contacts_per_campaign: most }: Entitlements) =>
  `The plan ${plan_name} allows ${most} contacts in a campaign`

/** Throws 402 when the list of a campaign has more contacts with a number than the plan allows. */
export async function checkListSize(ctx: Ctx, campaignId: string): Promise<void> {
  const limits = await limitsOf(ctx)
  const most = limits.max_contacts_per_campaign
  if (most === null) return
  const { count } = await ctx.db.one(countCallable, { id: campaignId, most })
  if (count > most) throw planLimit(`${tooMany(limits)}, and the contact list has more.`)
}

const explain = statement(
  'campaigns.explain',
  (_, p: { id: string; reason: string }) =>
    sql`update campaigns.campaigns set status_reason = ${p.reason} where id = ${p.id} and status_reason is distinct from ${p.reason}`,
)

/** Returns how many contacts the plan still allows in the campaign. Says in the campaign when its list has more. */
async function roomInPlan(ctx: Ctx, id: string): Promise<number> {
  const limits = await limitsOf(ctx)
  const most = limits.max_contacts_per_campaign
  if (most === null) return Infinity
  const { count, enrolled } = await ctx.db.one(countCallable, { id, most })
  if (count > most)
    await ctx.db.all(explain, { id, reason: `${tooMany(limits)}. The other contacts of the list are not called.` })
  return Math.max(0, most - enrolled)
}

/** The tables that the engine reads and writes. */
export const workingTables = [
  'contacts.contacts',
  'contacts.list_items',
  'campaigns.targets',
  'campaigns.attempts',
] as const

/** The planner's statistics are refreshed after an insert of at least this many rows. */
const refreshFrom = 100

export interface Enrolment {
  /** Contacts that were enrolled. */
  enrolled: number
  /** True when there are more contacts to enrol. */
  more: boolean
}

/** Enrols the first contacts of a campaign when it starts. Needs a transaction. See `enrolContacts`. */
export async function startEnrolment(ctx: Ctx, campaignId: string): Promise<Enrolment> {
  await ctx.db.all(beginEnrolment, { id: campaignId })
  return enrolContacts(ctx, campaignId, startBatchSize)
}

/**
 * Adds up to `limit` contacts of the campaign's list that are not targets yet. Reads the list in its order, from the cursor
 * that `startEnrolment` sets. After the last one, adds contacts that have joined the list since. Needs a transaction.
 */
export async function enrolContacts(ctx: Ctx, campaignId: string, limit = enrolBatchSize): Promise<Enrolment> {
  const room = await roomInPlan(ctx, campaignId)
  if (room === 0) return { enrolled: 0, more: false }
  const p = { id: campaignId, limit: Math.min(limit, room) }
  const { count, seen } = await nextOrMissing(ctx, p)
  if (count >= refreshFrom) ctx.afterCommit(() => void refreshStatistics(ctx.services, workingTables))
  return { enrolled: count, more: seen === p.limit }
}

async function nextOrMissing(ctx: Ctx, p: { id: string; limit: number }): Promise<Enrolled> {
  const next = await ctx.db.one(enrolNext, p)
  if (next.seen > 0) return next
  const [, missing] = await ctx.db.together([beginBulk.call({}), enrolMissing.call(p), endBulk.call({})], {
    timeLimitMs: bulkMs,
  })
  return only(missing)
}
