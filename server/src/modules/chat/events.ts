import { z } from 'zod'
import { event } from '../../platform/events.ts'
import { type Message, message, poll, reactionsOf } from './messages/schema.ts'

/** The topic to which all members of the chat are subscribed; see `audience.ts`. */
export const chatTopic = (chatId: string) => `chat:${chatId}`
const inChat = ({ chat_id }: { chat_id: string }) => [chatTopic(chat_id)]
const id = z.uuid()

// A client that reconnects after a message has expired receives it without its content, even before the cleanup job has run.
const unlessExpired = (sent: Message) =>
  sent.expires_at !== null && Date.parse(sent.expires_at) <= Date.now()
    ? { ...sent, content: null, file: null, reply: null, poll: null }
    : sent

export const MessageSent = event('chat.message_sent', message, {
  event: 'chat:message',
  topics: inChat,
  frame: unlessExpired,
})
export const MessageEdited = event('chat.message_edited', message, {
  event: 'chat:message:edited',
  topics: inChat,
  frame: unlessExpired,
})
export const MessageDeleted = event(
  'chat.message_deleted',
  z.object({ id, chat_id: id, message_id: id, deleted: z.literal(true) }),
  { event: 'chat:message:deleted', topics: inChat },
)
export const ReactionsChanged = event('chat.reactions_changed', reactionsOf.extend({ chat_id: id }), {
  event: 'chat:reaction',
  topics: inChat,
})
export const PollChanged = event('chat.poll_changed', poll, { event: 'poll:update', topics: inChat })

export const ChatChanged = event(
  'chat.changed',
  z.object({ chat_id: id, name: z.string().nullable(), avatar_url: z.string().nullable() }),
  { event: 'chat:update', topics: inChat },
)
/** Also emitted for a new chat, with all of its members. */
export const MembersAdded = event('chat.members_added', z.object({ chat_id: id, user_ids: z.array(id) }), {
  event: 'chat:members',
  topics: inChat,
  frame: ({ chat_id, user_ids }) => ({ chat_id, added: user_ids }),
})
export const MemberGone = event('chat.member_gone', z.object({ chat_id: id, user_id: id }), {
  event: 'chat:members',
  topics: ({ chat_id, user_id }) => [chatTopic(chat_id), `user:${user_id}`],
  frame: ({ chat_id, user_id }) => ({ chat_id, removed: [user_id] }),
})
export const MemberChanged = event('chat.member_changed', z.object({ chat_id: id, user_id: id, role: z.string() }), {
  event: 'chat:members',
  topics: inChat,
  frame: ({ chat_id, user_id, role }) => ({ chat_id, changed: [{ user_id, role }] }),
})
