import type { Conversation, Message } from './schema.ts'

// The frames of the inbox are camelCase, like the endpoints of the shop, because the shop front-end reads them.

const senderNames = { customer: 'user', assistant: 'ai', member: 'seller', system: 'ai' } as const

/** What a visitor may see of a message: not which member wrote it. */
export const visitorMessageFrame = (message: Message) => ({
  id: message.id,
  conversationId: message.conversation_id,
  sender: senderNames[message.sender],
  text: message.text,
  attachment: message.attachment,
  clientId: message.client_id,
  /** Epoch milliseconds. */
  timestamp: Date.parse(message.created_at),
})

export const messageFrame = (message: Message) => ({
  ...visitorMessageFrame(message),
  senderId: message.sender_id,
  status: message.status,
  error: message.error,
  internal: message.internal,
})

/** Why the assistant will not answer although it is to; null when it is not to answer. */
export const aiUnavailableReason = ({ is_ai_active }: Pick<Conversation, 'is_ai_active'>) =>
  is_ai_active ? 'This workspace has no assistant yet. A person has to answer.' : null

export const conversationFrame = (conversation: Conversation) => ({
  id: conversation.id,
  shopId: conversation.workspace_id,
  customerId: conversation.contact_id,
  customerName: conversation.customer_name,
  channel: conversation.channel,
  status: conversation.status,
  assigneeId: conversation.assignee_id,
  tags: conversation.tags,
  notes: conversation.notes,
  isAiActive: conversation.is_ai_active,
  aiUnavailableReason: aiUnavailableReason(conversation),
  subject: conversation.subject,
  messageCount: conversation.message_count,
  unreadCount: conversation.unread_count,
  lastMessageText: conversation.last_message_text,
  lastMessageAt: conversation.last_message_at,
  campaignId: conversation.campaign_id,
  outcome: conversation.outcome,
  sentiment: conversation.sentiment,
  handoffSuggested: conversation.handoff_suggested,
  createdAt: conversation.created_at,
  updatedAt: conversation.updated_at,
})
