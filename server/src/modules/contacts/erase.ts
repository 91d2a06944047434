import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { emit } from '../../platform/events.ts'
import { deleteFile } from '../files/index.ts'
import { audited } from '../identity/index.ts'
import { ContactDeleted } from './events.ts'

const erase = statement(
  'contacts.erase',
  (_, p: { id: string }) => sql<{ file_id: string }>`select contacts.erase(${p.id}) as file_id`,
)

/**
 * Deletes a contact, their recordings and their files, and removes their personal data from records that stay: calls, orders,
 * form submissions. A number on the do-not-call list stays there, so that it is not called again. Throws 404, and 409 while
 * a call with the contact is in progress.
 */
export async function eraseContact(ctx: Ctx, id: string): Promise<void> {
  const files = await ctx.db.all(erase, { id })
  for (const { file_id } of files) await deleteFile(ctx, file_id)
  await ctx.db.together([audited({ action: 'contact.erased', target: `contact:${id}` })])
  emit(ctx, ContactDeleted, { contact_id: id })
}
