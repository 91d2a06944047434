import { z } from 'zod'
import { id, instant } from '../../platform/http/fields.ts'
import { chatUser, participant, toParticipant, toUser } from './users.ts'

// oxlint-disable typescript/no-explicit-any -- responses of operations and data of frames, as JSON.

const reaction = z.object({
  emoji: z.string().describe('The emoji.'),
  count: z.int().describe('How many members reacted with it.'),
  users: z.array(id).describe('The members who did.'),
})

export const toReactions = (reactions: any[] = []): z.output<typeof reaction>[] =>
  reactions.map(({ emoji, count, user_ids }) => ({ emoji, count, users: user_ids }))

export const poll = z.object({
  id: id.describe('Id of the poll.'),
  chatId: id.describe('The chat.'),
  messageId: id.describe('The message that shows it.'),
  question: z.string().describe('The question.'),
  options: z
    .array(
      z.object({
        id: id.describe('Id of the option.'),
        text: z.string().describe('The choice.'),
        votes: z.int().describe('How many members chose it.'),
      }),
    )
    .describe('The choices.'),
  anonymous: z.boolean().describe('True when no one sees who voted for what.'),
  multipleVotes: z.boolean().describe('True when a member may choose more than one option.'),
  expiresAt: instant.nullable().describe('When voting ends; null: it stays open.'),
  createdAt: instant.describe('When it was created.'),
  voters: z
    .record(z.string(), z.array(id))
    .describe('Options by voter; in an anonymous poll only those of the caller.'),
})

/** `mine`: the votes of the caller, which they see in an anonymous poll too. */
export function toPoll(shown: any, mine?: { userId: string; optionIds: string[] }): z.output<typeof poll> {
  const voters: Record<string, string[]> = {}
  for (const option of shown.options) for (const voter of option.voter_ids ?? []) (voters[voter] ??= []).push(option.id)
  if (mine && mine.optionIds.length > 0) voters[mine.userId] = mine.optionIds
  return {
    id: shown.id,
    chatId: shown.chat_id,
    messageId: shown.message_id,
    question: shown.question,
    options: shown.options.map(({ id, text, votes }: any) => ({ id, text, votes })),
    anonymous: shown.anonymous,
    multipleVotes: shown.multiple,
    expiresAt: shown.closes_at,
    createdAt: shown.created_at,
    voters,
  }
}

export const message = z.object({
  id: id.describe('Id of the message.'),
  chatId: id.nullable().describe('The chat; null in a list of chats.'),
  senderId: id.describe('The user who sent it.'),
  sender: chatUser.nullable().describe('The user who sent it; null in a list of chats.'),
  content: z.string().describe('The text; empty for a view-once message.'),
  type: z.string().describe('`text`, `image`, `voice`, `video`, `document`, `sticker` or `poll`.'),
  timestamp: instant.describe('When it was sent.'),
  status: z.enum(['sent', 'delivered', 'seen']).describe('Lowest state over all other members.'),
  visibility: z.string().describe('`forever`, `view_once` or `disappearing`.'),
  isEncrypted: z.boolean().describe('True when the clients encrypted the text.'),
  reactions: z.array(reaction).describe('Emojis with the members who chose them.'),
  imageUrl: z.string().nullable().describe('URL of the picture of an image.'),
  stickerUrl: z.string().nullable().describe('URL of the picture of a sticker.'),
  fileUrl: z.string().nullable().describe('URL of its file.'),
  fileName: z.string().nullable().describe('Name of its file.'),
  voiceDuration: z.int().nullable().describe('Length of a voice message in milliseconds.'),
  replyTo: id.nullable().describe('The message it replies to.'),
  poll: poll.nullable().describe('The poll of a `poll` message.'),
  expiresAt: instant.nullable().describe('When it is deleted; null: never.'),
  editedAt: instant.nullable().describe('When its text was last changed.'),
})

/** The front-end's words for who may see a message how often, with ours. */
export const visibilities = { forever: 'everyone', view_once: 'view_once', disappearing: 'disappearing' } as const
const toVisibility = (given: string) => (given === 'everyone' ? 'forever' : given)

export function toMessage(sent: any): z.output<typeof message> {
  const url: string | null = sent.file?.url ?? null
  return {
    id: sent.id,
    chatId: sent.chat_id ?? null,
    senderId: sent.sender_id,
    sender: sent.sender ? toUser(sent.sender) : null,
    content: sent.content ?? '',
    type: sent.type,
    timestamp: sent.created_at,
    status: sent.status === 'read' ? 'seen' : (sent.status ?? 'sent'),
    visibility: toVisibility(sent.visibility),
    isEncrypted: sent.encrypted,
    reactions: toReactions(sent.reactions),
    imageUrl: sent.type === 'image' ? url : null,
    stickerUrl: sent.type === 'sticker' ? url : null,
    fileUrl: url,
    fileName: sent.file?.filename ?? null,
    voiceDuration: sent.duration_ms ?? null,
    replyTo: sent.reply_to ?? null,
    poll: sent.poll ? toPoll(sent.poll) : null,
    expiresAt: sent.expires_at ?? null,
    editedAt: sent.edited_at ?? null,
  }
}

/** Deleted messages have no text left, and the front-end removes them from its screen. */
export const toMessages = (page: any): z.output<typeof message>[] =>
  page.data.filter(({ deleted }: any) => !deleted).map(toMessage)

export const chat = z.object({
  id: id.describe('Id of the chat.'),
  type: z.enum(['dm', 'group']).describe('`dm` for two people, `group` for more.'),
  name: z.string().describe("Name of the group; in a dm the other person's."),
  avatar: z.string().nullable().describe('URL of the picture.'),
  participants: z.array(participant).describe('The members; in a list of chats the first five.'),
  lastMessage: message.nullable().describe('The newest message; null in an empty chat, or when it was deleted.'),
  unreadCount: z.int().describe('Messages the caller has not read.'),
  archived: z.boolean().describe('True when the caller has archived the chat.'),
  hidden: z.boolean().describe('True when the caller hides the chat.'),
  messages: z.array(message).describe('Always empty: messages have a request of their own.'),
  typingUsers: z.array(id).describe('Always empty: `user:typing` says who is typing.'),
  createdAt: instant.describe('When the chat was created.'),
})

export const toChat = (shown: any): z.output<typeof chat> => ({
  id: shown.id,
  type: shown.type,
  name: shown.name ?? '',
  avatar: shown.avatar_url,
  participants: shown.members.map(toParticipant),
  lastMessage:
    shown.last_message && !shown.last_message.deleted ? toMessage({ ...shown.last_message, chat_id: shown.id }) : null,
  unreadCount: shown.unread_count,
  archived: shown.archived,
  hidden: shown.hidden,
  messages: [],
  typingUsers: [],
  createdAt: shown.created_at,
})

/** Ids are UUIDs of version 7: they begin with the time in milliseconds. */
const createdAt = (uuid: string) => new Date(Number.parseInt(uuid.replace('-', '').slice(0, 12), 16)).toISOString()

export const file = z.object({
  id: id.describe('Id of the file.'),
  name: z.string().describe('Name of the file as it was uploaded.'),
  size: z.int().describe('Size in bytes.'),
  type: z.string().describe('Media type, recognised from the content.'),
  url: z.string().describe('URL of the content. Requires authentication.'),
  uploadedAt: instant.describe('When it was uploaded.'),
})

export const toFile = ({ id, filename, size_bytes, mime_type, url }: any): z.output<typeof file> => ({
  id,
  name: filename,
  size: size_bytes,
  type: mime_type,
  url,
  uploadedAt: createdAt(id),
})
