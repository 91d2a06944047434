export { type ConversationFilter, type ConversationQuery, listConversations } from './conversation-list.ts'
export { getConversation, getTranscript } from './conversation-row.ts'
export {
  type ConversationChanges,
  type NewConversation,
  markRead,
  openConversation,
  updateConversation,
} from './conversations.ts'
export { correctMessage } from './corrections.ts'
export { type Channel, type Sent, deliverThrough, sendMessage } from './delivery.ts'
export { conversationFrame, messageFrame, visitorMessageFrame } from './frames.ts'
export { type NewMessage, addMessage, listMessages, newestMessages } from './messages.ts'
export { fetchAttachment } from './fetch-attachment.ts'
export { lateReceipt } from './receipts.ts'
export { webhookRoutes } from './routes.ts'
export { socialChannels } from './social.ts'
export { announceConversations } from './subscribers.ts'
export { admitVisitor } from './visitor-socket.ts'
export { type Visitor, createVisitorToken, readVisitorToken } from './visitor-token.ts'
