import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { beginning } from '../../platform/text.ts'
import { timelineProjection } from '../contacts/index.ts'
import { conversationFrame, messageFrame, visitorMessageFrame } from './frames.ts'
import { Conversation, Message, channels } from './schema.ts'
import { visitorTopic } from './visitors/topic.ts'

const live = { event: 'conversation:update', scope: 'conversations:read', frame: conversationFrame } as const

export const ConversationOpened = event('conversation.opened', Conversation, live)

export const ConversationUpdated = event(
  'conversation.updated',
  Conversation.extend({ was_closed: z.boolean() }),
  live,
  timelineProjection((conversation) =>
    conversation.status === 'closed' && !conversation.was_closed
      ? {
          contact_id: conversation.contact_id,
          kind: 'conversation.closed',
          title: `Conversation by ${conversation.channel} closed`,
          subject: { kind: 'conversation', id: conversation.id },
          details: { outcome: conversation.outcome },
        }
      : undefined,
  ),
)

const MessageOfThread = Message.extend({
  workspace_id: z.uuid(),
  contact_id: z.uuid(),
  channel: z.enum(channels),
  is_first: z.boolean(),
})

/** A message was added to a conversation, by either side. */
export const MessageAdded = event(
  'message.added',
  MessageOfThread,
  {
    event: 'message:new',
    scope: 'conversations:read',
    frame: (message) => ({ ...messageFrame(message), shopId: message.workspace_id }),
  },
  timelineProjection((message) =>
    message.is_first
      ? {
          contact_id: message.contact_id,
          kind: 'conversation.started',
          title: `Conversation by ${message.channel}: ${beginning(message.text, 100) || 'an attachment'}`,
          subject: { kind: 'conversation', id: message.conversation_id },
          occurred_at: message.created_at,
        }
      : undefined,
  ),
)

/** The same event for the visitor of a web conversation, with fewer fields. This is how the web channel delivers messages. */
export const WebMessageAdded = event('message.added_on_web', Message, {
  event: 'message:new',
  topics: (message) => [visitorTopic(message.conversation_id)],
  frame: visitorMessageFrame,
})

/** The text, sender or time of a recorded message was corrected. */
export const MessageCorrected = event('message.corrected', Message, {
  event: 'message:update',
  scope: 'conversations:read',
  frame: messageFrame,
})

/** The delivery status of a message changed, or its content. */
export const MessageStatusChanged = event('message.status_changed', Message, {
  event: 'message:update',
  scope: 'conversations:read',
  frame: messageFrame,
})
