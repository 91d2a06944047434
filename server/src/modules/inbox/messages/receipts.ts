import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { emit } from '../../../platform/events.ts'
import { job } from '../../../platform/jobs.ts'
import type { ChannelEvent, PlatformName } from '../../integrations/index.ts'
import { MessageStatusChanged } from '../events.ts'
import { messageColumns } from './messages.ts'
import type { Message } from '../schema.ts'

type Receipt = Extract<ChannelEvent, { kind: 'receipt' }>

// The status only advances, in whatever order the receipts arrive.
const further = sql`
  m.sender <> 'customer' and case m.status when 'queued' then 0 when 'sent' then 1 when 'delivered' then 2 else 3 end
    < case r.status when 'sent' then 1 when 'delivered' then 2 else 3 end`

interface StatusUpdate {
  channel: string
  status: string
  error: string | null
}

const ofMessages = statement(
  'inbox.note_receipt_of_messages',
  (_, p: StatusUpdate & { ids: string[]; own_id: string | null }) => sql<Message & { is_changed: boolean }>`
    with known as (
      select m.id, ${further} as is_changed
        from inbox.messages m join inbox.conversations c on c.id = m.conversation_id
       cross join (select ${p.status}::text as status) r
       where c.channel = ${p.channel} and (m.external_id = any (${p.ids}) or m.id = ${p.own_id}::uuid)
    ), changed as (
      update inbox.messages m set status = ${p.status}, error = ${p.error} from known k
       where k.id = m.id and k.is_changed returning ${messageColumns}
    )
    select ch.*, k.is_changed from known k left join changed ch on ch.id = k.id`,
)

const ofThread = statement(
  'inbox.note_receipt_of_thread',
  (_, p: StatusUpdate & { thread: string; until: string }) => sql<Message>`
    update inbox.messages m set status = ${p.status}, error = ${p.error}
      from inbox.conversations c cross join (select ${p.status}::text as status) r
     where c.id = m.conversation_id and c.channel = ${p.channel} and c.external_id = ${p.thread}
       and m.created_at <= ${p.until}::timestamptz and m.status in ('sent', 'delivered') and ${further}
    returning ${messageColumns}`,
)

/** Updates the delivery status of messages. Returns true when any of them is known. */
function applyReceipt(ctx: Ctx, platform: PlatformName, receipt: Receipt): Promise<boolean> {
  const update: StatusUpdate = { channel: platform, status: receipt.status, error: receipt.error ?? null }
  return transaction(ctx, async (ctx) => {
    const { ids, ownId, thread, until } = receipt
    if (ids) {
      const known = await ctx.db.all(ofMessages, { ...update, ids, own_id: ownId ?? null })
      for (const { is_changed, ...message } of known) if (is_changed) emit(ctx, MessageStatusChanged, message)
      return known.length > 0
    }
    if (!thread || !until) return true
    const changed = await ctx.db.all(ofThread, { ...update, thread, until: until.toISOString() })
    for (const message of changed) emit(ctx, MessageStatusChanged, message)
    return true
  })
}

/** Like `applyReceipt`, with one retry: a receipt can arrive before the response to the request that sent the message. */
export async function receiveReceipt(ctx: Ctx, platform: PlatformName, receipt: Receipt): Promise<void> {
  const { ids, status, error } = receipt
  if (!(await applyReceipt(ctx, platform, receipt)) && ids) {
    await ctx.services.jobs.enqueue(ctx, lateReceipt, { platform, ids, status, error }, { startAfterSeconds: 5 })
  }
}

export const lateReceipt = job({
  name: 'inbox.late_receipt',
  input: z.object({
    platform: z.string(),
    ids: z.array(z.string()),
    status: z.enum(['sent', 'delivered', 'read', 'failed']),
    error: z.string().optional(),
  }),
  async run(ctx, { platform, ...receipt }) {
    await applyReceipt(ctx, platform as PlatformName, { kind: 'receipt', ...receipt })
  },
})
