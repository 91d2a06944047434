import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { type Statement, statement } from '../../platform/database/statement.ts'
import { emit } from '../../platform/events.ts'
import { SubscriptionChanged } from './events.ts'
import type { Plan, Subscription, SubscriptionStatus } from './schema.ts'

export interface SubscriptionRow extends Omit<
  Subscription,
  'plan' | 'pending_change' | 'monthly_price' | 'currency' | keyof Plan['limits']
> {
  next_plan_id: string | null
  next_plan_name: string | null
  /** True when the paid period has ended, and without one. */
  period_over: boolean
}

const columns = sql`s.id, s.user_id, s.plan_id, s.plan_name, s.status, s.current_period_end, s.paid_once_at, s.next_plan_id,
  s.next_plan_name, s.cancelled_at, s.paypal_subscription_id, s.paypal_plan_id, s.created_at, s.updated_at,
  coalesce(s.current_period_end <= now(), true) as period_over,
  (select i.id from billing.invoices i where i.workspace_id = s.workspace_id and i.status = 'open') as open_invoice_id`

// The caller's own membership, or for owners and admins that of another member.
const mayAskAbout = (userId: string) => sql`
  exists (select from identity.members m where m.workspace_id = app.workspace_id() and m.user_id = ${userId}
             and (m.user_id = app.user_id() or app.member_role() in ('owner', 'admin')))`

/** `status`: `active`, or `incomplete` before its first payment. */
export const findSubscription = statement(
  'billing.subscriptions.find',
  (_, p: { user_id: string; status: Exclude<SubscriptionStatus, 'canceled'> }) => sql<SubscriptionRow>`
    select ${columns} from billing.subscriptions s
     where s.workspace_id = app.workspace_id() and s.status = ${p.status} and ${mayAskAbout(p.user_id)}`,
)

/** Reads the subscription in any state. */
export const readSubscription = statement(
  'billing.subscriptions.read',
  () => sql<SubscriptionRow>`select ${columns} from billing.subscriptions s where s.workspace_id = app.workspace_id()`,
)

// An advisory lock, because a first subscription has no row to lock.
const serialize = statement(
  'billing.subscriptions.take_turn',
  () => sql`select pg_advisory_xact_lock(hashtextextended('billing.subscriptions/' || app.workspace_id(), 0))`,
)

const lock = statement(
  'billing.subscriptions.lock',
  () => sql<SubscriptionRow>`
    select ${columns} from billing.subscriptions s where s.workspace_id = app.workspace_id() for update of s`,
)

const findMember = statement(
  'billing.members.find',
  (_, p: { user_id: string | null }) => sql<{ user_id: string }>`
    select user_id from identity.members
     where workspace_id = app.workspace_id() and user_id = coalesce(${p.user_id}::uuid, app.user_id())`,
)

interface Ended {
  id: string
  plan_id: string
  status: SubscriptionStatus
}

const endPeriods = (name: string): Statement<object, Ended> =>
  statement(
    name,
    () => sql<Ended>`
      update billing.subscriptions s
         set status = case when s.cancelled_at is null then 'active' else 'canceled' end,
             plan_id = coalesce(s.next_plan_id, s.plan_id), plan_name = coalesce(s.next_plan_name, s.plan_name),
             current_period_end = case when s.cancelled_at is not null then s.current_period_end end,
             next_plan_id = null, next_plan_name = null, paypal_subscription_id = null, paypal_plan_id = null
       where s.id in (
         select id from billing.subscriptions e
          where status = 'active' and current_period_end <= now() and (cancelled_at is not null or next_plan_id is not null)
            and not exists (select from billing.invoices i where i.workspace_id = e.workspace_id and i.status = 'open')
          order by current_period_end limit 1000 for update skip locked)
      returning s.id, s.plan_id, s.status`,
  )

/** Ends periods that have run out and are followed by a free plan or a cancellation, in this workspace or in all. */
const endHere = endPeriods('billing.subscriptions.end_period')
const endEverywhere = endPeriods('billing.subscriptions.end_periods.system')

const publishChange = (ctx: Ctx, { id, plan_id, status }: Ended) =>
  emit(ctx, SubscriptionChanged, { subscription_id: id, plan_id, status })

/** Ends such periods in all workspaces; call it in a transaction of the server's own. Returns how many ended. */
export async function endPaidPeriods(ctx: Ctx): Promise<number> {
  const ended = await ctx.db.all(endEverywhere, {})
  for (const row of ended) publishChange(ctx, row)
  return ended.length
}

/** Locks the workspace's subscription until the end of the transaction. Returns its current state, and the given member. */
export async function lockSubscription(
  ctx: Ctx,
  userId: string | null,
): Promise<{ member: { user_id: string } | undefined; row: SubscriptionRow | undefined }> {
  const [, ended, members, rows] = await ctx.db.together([
    serialize.call({}),
    endHere.call({}),
    findMember.call({ user_id: userId }),
    lock.call({}),
  ])
  for (const row of ended) publishChange(ctx, row)
  return { member: members[0], row: rows[0] }
}

interface Change {
  id: string
  user_id: string
  plan_id: string
  plan_name: string
  status: SubscriptionStatus
  next_plan_id: string | null
  next_plan_name: string | null
  cancelled_at: string | null
  keeps_period: boolean
}

export const saveSubscription = statement(
  'billing.subscriptions.save',
  (_, p: Change) => sql`
    insert into billing.subscriptions as s
      (id, user_id, plan_id, plan_name, status, next_plan_id, next_plan_name, cancelled_at)
    values (${p.id}, ${p.user_id}, ${p.plan_id}, ${p.plan_name}, ${p.status}, ${p.next_plan_id}, ${p.next_plan_name},
            ${p.cancelled_at})
    on conflict on constraint subscriptions_workspace_key do update
       set user_id = excluded.user_id, plan_id = excluded.plan_id, plan_name = excluded.plan_name,
           status = excluded.status, next_plan_id = excluded.next_plan_id, next_plan_name = excluded.next_plan_name,
           cancelled_at = excluded.cancelled_at,
           current_period_end = case when ${p.keeps_period}::boolean then s.current_period_end end,
           paid_once_at = case when ${p.keeps_period}::boolean then s.paid_once_at end,
           paypal_subscription_id = case when ${p.keeps_period}::boolean then s.paypal_subscription_id end,
           paypal_plan_id = case when ${p.keeps_period}::boolean then s.paypal_plan_id end`,
)
