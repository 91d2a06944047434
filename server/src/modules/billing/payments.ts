import { sql } from 'kysely'
import { type Ctx, transaction } from '../../platform/context.ts'
import { only } from '../../platform/database/scope.ts'
import { statement } from '../../platform/database/statement.ts'
import { conflict, missing } from '../../platform/errors.ts'
import { emit } from '../../platform/events.ts'
import { readCursor, toPage } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import { type Services, serverContext } from '../../platform/services.ts'
import { audited } from '../identity/index.ts'
import { SubscriptionChanged } from './events.ts'
import { issueInvoice, periodOf, settleInvoice } from './invoices.ts'
import { plansOf } from './plans.ts'
import type { Payment } from './schema.ts'
import { lockSubscription } from './subscription-queries.ts'
import { phaseOf, transitions } from './transitions.ts'

const columns = sql`id, user_id, plan_id, amount::float8 as amount, currency, payment_method, payment_details, status,
  created_at`

const list = statement(
  'billing.payments.list',
  (_, p: { before: string | null; limit: number }) => sql<Payment>`
    select ${columns} from billing.payments
     where workspace_id = app.workspace_id() and id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by id desc limit ${p.limit}`,
)

interface NewPayment {
  id: string
  user_id: string
  plan_id: string
  payment_method: string
  payment_details: string
}

// The amount is that of the open invoice.
const insert = statement(
  'billing.payments.insert',
  (_, p: NewPayment) => sql<Payment>`
    insert into billing.payments (id, user_id, plan_id, amount, currency, payment_method, payment_details)
    select ${p.id}::uuid, ${p.user_id}::uuid, ${p.plan_id}, amount, currency, ${p.payment_method}, ${p.payment_details}::jsonb
      from billing.invoices where workspace_id = app.workspace_id() and status = 'open'
    returning ${columns}`,
)

// Extends a running period of the same plan; a period of another plan ends.
const activate = statement(
  'billing.subscriptions.activate',
  (_, p: { payment_id: string; plan_name: string; period: string; once: boolean }) => sql<Record<string, never>>`
    update billing.subscriptions s
       set status = 'active', plan_id = p.plan_id, plan_name = ${p.plan_name},
           current_period_end = case when not ${p.once}::boolean then
                                  case when s.plan_id = p.plan_id then greatest(now(), s.current_period_end) else now() end
                                  + ${p.period}::interval end,
           paid_once_at = case when ${p.once}::boolean then now() end,
           next_plan_id = case when s.plan_id = p.plan_id then s.next_plan_id end,
           next_plan_name = case when s.plan_id = p.plan_id then s.next_plan_name end,
           paypal_subscription_id = p.payment_details ->> 'paypal_subscription_id',
           paypal_plan_id = p.payment_details ->> 'paypal_plan_id'
      from billing.payments p
     where s.workspace_id = app.workspace_id() and p.id = ${p.payment_id}`,
)

interface ReceivedPayment {
  /** `bank_transfer`, `stripe`, … */
  payment_method: string
  /** The provider's details, such as its id. Never card data. */
  payment_details?: Record<string, unknown>
}

export async function listPayments(ctx: Ctx, page: { limit: number; cursor?: string }) {
  const rows = await ctx.db.all(list, { before: readCursor(page.cursor), limit: page.limit + 1 })
  return toPage(rows, page.limit)
}

/**
 * Records that a workspace has paid for the plan it chose. The subscription becomes active for another period; a newly
 * chosen plan begins now. The amount is that of the open invoice. Without one, as for another period, the plan is invoiced
 * now. `userId`: the user who records the payment. Throws 404 without a subscription, 409 when nothing is due.
 */
export function recordPayment(
  services: Services,
  at: { workspaceId: string; userId?: string },
  received: ReceivedPayment,
): Promise<Payment> {
  return transaction(serverContext(services, at), async (ctx) => {
    const subscription = (await lockSubscription(ctx, null)).row ?? missing('subscription')
    const isSwitching = phaseOf(subscription) === 'switching'
    const paidPlanId = isSwitching ? subscription.next_plan_id : subscription.plan_id
    const plan = plansOf(services.config).find(({ id }) => id === paidPlanId)
    const once = plan?.interval === 'one_off'
    const next = transitions[phaseOf(subscription)][once ? 'paid_once' : 'payment_recorded']
    if (!plan || plan.price === 0 || !next) {
      throw conflict('nothing_to_pay', 'This subscription has nothing to pay.')
    }
    emit(ctx, SubscriptionChanged, { subscription_id: subscription.id, plan_id: plan.id, status: 'active' })
    const payment = {
      id: newId(),
      user_id: subscription.user_id,
      plan_id: plan.id,
      payment_method: received.payment_method,
      payment_details: JSON.stringify(received.payment_details ?? {}),
    }
    const line = audited({ action: 'payment.recorded', target: `payment:${payment.id}`, details: { plan_id: plan.id } })
    const plan_name = (isSwitching && subscription.next_plan_name) || subscription.plan_name
    const [, inserted] = await ctx.db.together(
      [
        issueInvoice(plan),
        insert.call(payment),
        settleInvoice(payment.id, plan),
        activate.call({ payment_id: payment.id, plan_name, period: periodOf(plan), once }),
        line,
      ],
      { commit: true },
    )
    return only(inserted)
  })
}
