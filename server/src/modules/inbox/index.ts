export {
  type ConversationFilter,
  type ConversationQuery,
  listConversations,
} from './conversations/conversation-list.ts'
export { getConversation, getTranscript } from './conversations/conversation-row.ts'
export {
  type ConversationChanges,
  type NewConversation,
  markRead,
  openConversation,
  updateConversation,
} from './conversations/conversations.ts'
export { correctMessage } from './messages/corrections.ts'
export { type Channel, type Sent, deliverThrough, sendMessage } from './messages/delivery.ts'
export { aiUnavailableReason, conversationFrame, messageFrame, visitorMessageFrame } from './frames.ts'
export { type NewMessage, type Notes, addMessage, listMessages, newestMessages } from './messages/messages.ts'
export { fetchAttachment } from './attachments/fetch-attachment.ts'
export { lateReceipt } from './messages/receipts.ts'
export { webhookRoutes } from './routes.ts'
export { socialChannels } from './messages/social.ts'
export { announceConversations } from './subscribers.ts'
export { admitVisitor } from './visitors/socket.ts'
export { type Visitor, createVisitorToken, readVisitorToken, visitorId } from './visitors/token.ts'
