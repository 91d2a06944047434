import type { z } from 'zod'
import { conversationFrame, messageFrame, visitorMessageFrame } from '../../inbox/index.ts'
import type { Conversation as Thread, Message } from '../../inbox/schema.ts'
import type * as schema from './schema.ts'

export const toConversation = (row: Thread, messages: Message[]): z.input<typeof schema.Conversation> => ({
  ...conversationFrame(row),
  messages: messages.map(toChatMessage),
})

export const toChatMessage = messageFrame

export const toVisitorConversation = (
  row: Thread,
  messages: Message[],
): z.input<typeof schema.VisitorConversation> => ({
  id: row.id,
  customerName: row.customer_name,
  status: row.status,
  createdAt: row.created_at,
  messages: messages.map(visitorMessageFrame),
})
