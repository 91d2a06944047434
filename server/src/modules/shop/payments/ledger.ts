import { sql } from 'kysely'
import { type Call, statement } from '../../../platform/database/statement.ts'
import { newId } from '../../../platform/id.ts'
import type { PaymentRow } from './queries.ts'

interface Posting {
  ids: string[]
  posting_id: string
  payment_id: string
  refund_id: string | null
  accounts: string[]
  amounts: number[]
  currency: string
}

const post = statement(
  'shop.post',
  (_, p: Posting) => sql`
    insert into shop.ledger_entries (id, posting_id, payment_id, refund_id, account, amount_minor, currency)
    select e.id, ${p.posting_id}::uuid, ${p.payment_id}::uuid, ${p.refund_id}::uuid, e.account, e.amount, ${p.currency}
      from unnest(${p.ids}::uuid[], ${p.accounts}::text[], ${p.amounts}::bigint[]) as e (id, account, amount)`,
)

/** Returns the call that posts an amount to the provider's account and its negative to the other. Refunds are negative. */
export const posting = (
  { id, provider, currency }: PaymentRow,
  against: 'sales' | 'refunds',
  amountMinor: number,
  refundId: string | null = null,
): Call =>
  post.call({
    ids: [newId(), newId()],
    posting_id: newId(),
    payment_id: id,
    refund_id: refundId,
    accounts: [`provider:${provider}`, against],
    amounts: [amountMinor, -amountMinor],
    currency,
  })
