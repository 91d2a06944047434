import { sql } from 'kysely'
import { z } from 'zod'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import type { ProviderName } from './schema.ts'

const receive = statement(
  'shop.receive_payment_webhook',
  (_, p: { provider: string; event_id: string; type: string }) => sql<{ event_id: string }>`
    insert into shop.payment_webhooks (provider, event_id, type)
    select ${p.provider}, ${p.event_id}, ${p.type} from identity.workspaces where id = app.workspace_id()
    on conflict do nothing returning event_id`,
)

/** Records a webhook event. Returns false for a duplicate. Call within the transaction that applies the event. */
export async function markReceived(
  ctx: Ctx,
  provider: ProviderName,
  event: { id: string; type: string },
): Promise<boolean> {
  return (await ctx.db.maybe(receive, { provider, event_id: event.id, type: event.type })) !== undefined
}

/** Returns the UUID, or null for any other value. */
export const idOrNull = (id: string | undefined): string | null => z.uuid().safeParse(id).data ?? null
