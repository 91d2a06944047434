import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { CallOperation } from '../composite.ts'

// The inbox saves labels, notes and read marks with the whole shop and in no other way. Each conversation is sent with the
// values that were loaded (`saved`), so that what was not changed in this browser does not undo the change of a colleague.

export const conversationOperations = ['updateConversation', 'readConversation'] as const
type Call = CallOperation<(typeof conversationOperations)[number]>

const Marks = z.object({
  tags: z.array(z.string()).describe('Labels.'),
  notes: z.string().describe("The team's notes."),
  isRead: z.boolean().describe('False while a message of the customer is unread.'),
})

/** Whatever else a conversation has is saved by requests of its own. */
export const SentConversation = z.looseObject({
  id: z.string().describe('Id of the conversation.'),
  tags: z.array(z.string()).optional().describe('Labels.'),
  notes: z.string().optional().describe("The team's notes."),
  isRead: z.boolean().optional().describe('True to mark it as read.'),
  saved: Marks.optional().describe('Labels, notes and read mark as they were loaded.'),
})
type SentConversation = z.output<typeof SentConversation>

/** Saves the labels, notes and read marks that differ from those that were loaded. */
export async function saveConversations(call: Call, params: { shopId: string }, sent: readonly SentConversation[]) {
  for (const { id, tags, notes, isRead, saved } of sent) {
    if (!saved) continue
    const ofConversation = { ...params, conversationId: id }
    const changes = {
      ...(tags && !isDeepStrictEqual(tags, saved.tags) && { tags }),
      ...(notes !== undefined && notes !== saved.notes && { notes: notes === '' ? null : notes }),
    }
    if (Object.keys(changes).length > 0) await call('updateConversation', { params: ofConversation, body: changes })
    if (isRead && !saved.isRead) await call('readConversation', { params: ofConversation })
  }
}
