import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { type Call, statement } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { readCursor, toPage } from '../../platform/http/page.ts'
import { newId } from '../../platform/id.ts'
import type { Invoice, Plan } from './schema.ts'

const daysToPay = 14

const columns = sql`id, 'INV-' || lpad(number::text, greatest(6, length(number::text)), '0') as number, subscription_id,
  user_id, plan_id, paypal_invoice_id, amount::float8 as amount, currency, lines, status, period_start, period_end,
  due_date, payment_id, paid_at, created_at, updated_at`

const list = statement(
  'billing.invoices.list',
  (_, p: { before: string | null; limit: number }) => sql<Invoice>`
    select ${columns} from billing.invoices
     where workspace_id = app.workspace_id() and id < coalesce(${p.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by id desc limit ${p.limit}`,
)

const find = statement(
  'billing.invoices.find',
  (_, p: { id: string }) => sql<Invoice>`select ${columns} from billing.invoices where id = ${p.id}`,
)

interface NewInvoice {
  id: string
  plan_id: string
  amount: number
  currency: string
  lines: string
  period: string
  days_to_pay: number
}

// A number is only taken when the invoice is inserted.
const issue = statement(
  'billing.invoices.issue',
  (_, p: NewInvoice) => sql`
    insert into billing.invoices
      (id, number, subscription_id, user_id, plan_id, amount, currency, lines, period_start, period_end, due_date)
    select ${p.id}::uuid, billing.next_invoice_number(), s.id, s.user_id, ${p.plan_id}, ${p.amount}::numeric,
           ${p.currency}, ${p.lines}::jsonb, now(), now() + ${p.period}::interval,
           now() + make_interval(days => ${p.days_to_pay}::int)
      from billing.subscriptions s
     where s.workspace_id = app.workspace_id()
       and not exists (select from billing.invoices i where i.workspace_id = app.workspace_id() and i.status = 'open')`,
)

// The same plan continues after the current period; another plan begins when it is paid.
const periodStart = sql`case when i.plan_id = s.plan_id then greatest(now(), s.current_period_end) else now() end`

const settle = statement(
  'billing.invoices.settle',
  (_, p: { payment_id: string; period: string }) => sql`
    update billing.invoices i
       set status = 'paid', paid_at = now(), payment_id = p.id, paypal_invoice_id = p.payment_details ->> 'paypal_invoice_id',
           period_start = ${periodStart},
           period_end = ${periodStart} + ${p.period}::interval
      from billing.subscriptions s, billing.payments p
     where i.workspace_id = app.workspace_id() and i.status = 'open' and s.id = i.subscription_id
       and p.id = ${p.payment_id}`,
)

const voidOthers = statement(
  'billing.invoices.void_others',
  (_, p: { plan_id: string | null }) => sql`
    update billing.invoices set status = 'void'
     where workspace_id = app.workspace_id() and status = 'open' and plan_id is distinct from ${p.plan_id}`,
)

export async function listInvoices(ctx: Ctx, page: { limit: number; cursor?: string }) {
  const rows = await ctx.db.all(list, { before: readCursor(page.cursor), limit: page.limit + 1 })
  return toPage(rows, page.limit)
}

/** Throws 404. */
export const getInvoice = async (ctx: Ctx, id: string): Promise<Invoice> =>
  (await ctx.db.maybe(find, { id })) ?? missing('invoice')

/** Returns one period of the plan as an interval of PostgreSQL; none for a plan that is paid once. */
export const periodOf = ({ interval }: Plan): string => (interval === 'one_off' ? '0 days' : `1 ${interval}`)

/**
 * Invoices the workspace for one period of a plan, unless an invoice is already open. The caller of this function and of
 * the two below must hold the lock on the subscription.
 */
export function issueInvoice(plan: Plan): Call {
  const { id, name, price, currency, interval } = plan
  const line = {
    description: interval === 'one_off' ? name : `${name}, one ${interval}`,
    quantity: 1,
    unit_amount: price,
    amount: price,
  }
  const lines = JSON.stringify([line])
  const terms = { period: periodOf(plan), days_to_pay: daysToPay }
  return issue.call({ id: newId(), plan_id: id, amount: price, currency, lines, ...terms })
}

/** Marks the open invoice as paid, for the period after the one already paid for, or from now on if the plan is new. */
export const settleInvoice = (paymentId: string, plan: Plan): Call =>
  settle.call({ payment_id: paymentId, period: periodOf(plan) })

/** Voids the open invoice of any other plan (null: of any plan). The invoice keeps its number. */
export const voidOtherInvoices = (plan: Plan | null): Call => voidOthers.call({ plan_id: plan?.id ?? null })
