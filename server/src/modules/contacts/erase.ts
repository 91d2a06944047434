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
 * Deletes a contact and forgets who they were wherever records of the workspace stay: calls, orders, answers to forms.
 * Recordings and files they sent go too. A number on the do-not-call list stays there, so that nobody calls it again.
 * Throws 404, 409 while they are on the telephone.
 */
export async function eraseContact(ctx: Ctx, id: string): Promise<void> {
  const files = await ctx.db.all(erase, { id })
  for (const { file_id } of files) await deleteFile(ctx, file_id)
  await ctx.db.together([audited({ action: 'contact.erased', target: `contact:${id}` })])
  emit(ctx, ContactDeleted, { contact_id: id })
}
