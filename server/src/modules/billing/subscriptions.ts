import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { invalidField, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { newId } from '../../platform/id.ts'
import { SubscriptionChanged } from './events.ts'
import { issueInvoice, voidOtherInvoices } from './invoices.ts'
import { monthlyPrice, plansOf } from './plans.ts'
import type { Subscription } from './schema.ts'
import { transitions } from './transitions.ts'

const columns = sql`s.id, s.user_id, s.plan_id, s.plan_name, s.status, s.current_period_end, s.created_at, s.updated_at`

type Row = Pick<
  Subscription,
  'id' | 'user_id' | 'plan_id' | 'plan_name' | 'status' | 'current_period_end' | 'created_at' | 'updated_at'
>

function withTerms({ services }: Ctx, row: Row): Subscription {
  const plan = plansOf(services.config).find(({ id }) => id === row.plan_id)
  return {
    ...row,
    plan: row.plan_id,
    monthly_price: plan ? monthlyPrice(plan) : null,
    currency: plan?.currency ?? null,
    max_clients: plan?.limits.max_clients ?? null,
    max_minutes_per_month: plan?.limits.max_minutes_per_month ?? null,
  }
}

// One's own membership, or for owners and admins that of another member.
const mayAskAbout = (userId: string) => sql`
  exists (select from identity.members m where m.workspace_id = app.workspace_id() and m.user_id = ${userId}
             and (m.user_id = app.user_id() or app.member_role() in ('owner', 'admin')))`

const find = statement(
  'billing.subscriptions.find',
  (_, p: { user_id: string }) => sql<Row>`
    select ${columns} from billing.subscriptions s
     where s.workspace_id = app.workspace_id() and s.status <> 'canceled' and ${mayAskAbout(p.user_id)}`,
)

const findMember = statement(
  'billing.members.find',
  (_, p: { user_id: string | null }) => sql<{ user_id: string }>`
    select user_id from identity.members
     where workspace_id = app.workspace_id() and user_id = coalesce(${p.user_id}::uuid, app.user_id())`,
)

// `for update` of the workspace's one row; two first subscriptions at once meet in its unique key.
const lock = statement(
  'billing.subscriptions.lock',
  () => sql<Row>`
    select ${columns} from billing.subscriptions s where s.workspace_id = app.workspace_id() for update`,
)

const save = statement(
  'billing.subscriptions.save',
  (_, p: { id: string; user_id: string; plan_id: string; plan_name: string; status: string }) => sql<Row>`
    insert into billing.subscriptions as s (id, user_id, plan_id, plan_name, status)
    values (${p.id}, ${p.user_id}, ${p.plan_id}, ${p.plan_name}, ${p.status})
    on conflict on constraint subscriptions_workspace_key do update
       set user_id = excluded.user_id, plan_id = excluded.plan_id, plan_name = excluded.plan_name,
           status = excluded.status, current_period_end = null
    returning ${columns}`,
)

/** The subscription of the workspace that this member belongs to. Throws 404 when there is none, or no such member. */
export const getSubscription = async (ctx: Ctx, userId: string): Promise<Subscription> =>
  withTerms(ctx, (await ctx.db.maybe(find, { user_id: userId })) ?? missing('subscription'))

/**
 * Takes a plan for the workspace, or changes to it: a free one is active at once, a paid one gets an invoice and is
 * active when its payment is recorded. Choosing the plan that is there already changes nothing. Throws 400 for an unknown plan or member.
 */
export async function choosePlan(ctx: Ctx, input: { user_id?: string; plan_id: string }): Promise<Subscription> {
  const plan = plansOf(ctx.services.config).find(({ id }) => id === input.plan_id)
  if (!plan) throw invalidField('body.plan_id', `There is no plan ${input.plan_id}; see /api/plans.`)
  const [members, existing] = (await ctx.db.together([
    findMember.call({ user_id: input.user_id ?? null }),
    lock.call({}),
  ])) as unknown as [{ user_id: string }[], Row[]]
  const member = members[0]
  if (!member) throw invalidField('body.user_id', 'This is not a member of the workspace.')
  const [current] = existing
  if (current?.plan_id === plan.id && current.status !== 'canceled') return withTerms(ctx, current)
  const status = transitions[current?.status ?? 'none'][plan.price === 0 ? 'choose_free' : 'choose_paid']
  if (!status) throw new Error(`A subscription that is ${current?.status} cannot be changed.`)
  const id = current?.id ?? newId()
  emit(ctx, SubscriptionChanged, { subscription_id: id, plan_id: plan.id, status })
  const row = { id, user_id: member.user_id, plan_id: plan.id, plan_name: plan.name, status }
  const calls = [save.call(row), voidOtherInvoices(plan), ...(plan.price > 0 ? [issueInvoice(plan)] : [])]
  const [[saved]] = (await ctx.db.together(calls, { commit: true })) as unknown as [[Row]]
  return withTerms(ctx, saved)
}
