import type { Module } from '../../platform/module.ts'
import { fetchAttachment } from './attachments/fetch-attachment.ts'
import { deliverThrough } from './messages/delivery.ts'
import { lateReceipt } from './messages/receipts.ts'
import { socialChannels } from './messages/social.ts'
import { webhookRoutes } from './routes.ts'
import { announceConversations } from './subscribers.ts'
import { visitors } from './visitors/socket.ts'

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
export { type Channel, type Sent, sendMessage } from './messages/delivery.ts'
export { aiUnavailableReason, conversationFrame, messageFrame, visitorMessageFrame } from './frames.ts'
export { type NewMessage, type Notes, addMessage, listMessages, newestMessages } from './messages/messages.ts'
export { type Visitor, createVisitorToken, readVisitorToken } from './visitors/token.ts'

export const inbox: Module = {
  name: 'inbox',
  routes: [webhookRoutes],
  jobs: [deliverThrough(socialChannels), lateReceipt, fetchAttachment],
  subscribers: [announceConversations],
  guests: [visitors],
}
