import { z } from 'zod'
import { id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { person } from '../people/schema.ts'

const maxTextLength = 20_000

export const uploadedFile = z.object({
  id: id.describe('Id of the file, for `file_id` of a message.'),
  url: z.string().describe('URL of the content. Requires authentication.'),
  filename: z.string().describe('Name of the file as it was uploaded.'),
  mime_type: z.string().describe('Media type, recognised from the content.'),
  size_bytes: z.int().describe('Size in bytes.'),
})
export type UploadedFile = z.output<typeof uploadedFile>

const messageTypes = ['text', 'image', 'voice', 'video', 'document', 'sticker', 'poll'] as const
const visibility = z.enum(['everyone', 'view_once', 'disappearing'])

const reaction = z.object({
  emoji: z.string().describe('The emoji, one character as people see it.'),
  count: z.int().describe('How many members reacted with it.'),
  user_ids: z.array(id).describe('The members who did.'),
})

export const poll = z.object({
  id: id.describe('Id of the poll.'),
  chat_id: id.describe('The chat.'),
  message_id: id.describe('The message that shows it.'),
  question: z.string().describe('The question.'),
  options: z
    .array(
      z.object({
        id: id.describe('Id of the option.'),
        text: z.string().describe('The choice.'),
        votes: z.int().describe('How many members chose it.'),
        voter_ids: z.array(id).nullable().describe('Who chose it; null when the poll is anonymous.'),
      }),
    )
    .describe('The choices and their votes.'),
  multiple: z.boolean().describe('True when a member may choose more than one option.'),
  anonymous: z.boolean().describe('True when no one sees who voted for what.'),
  closes_at: instant.nullable().describe('When voting ends; null or left out: it stays open.'),
  closed: z.boolean().describe('True when voting has ended.'),
  voters: z.int().describe('How many members have voted.'),
  created_by: id.describe('The member who created it.'),
  created_at: instant.describe('When it was created.'),
})
export type Poll = z.output<typeof poll>
export const pollWithMyVote = poll.extend({ my_option_ids: z.array(id).describe('The options the caller voted for.') })

export const newPoll = z.object({
  chat_id: id.describe('The chat.'),
  question: text(500).describe('The question.'),
  options: z
    .array(text(200))
    .min(2, 'A poll has at least two options.')
    .max(20)
    .refine((options) => new Set(options).size === options.length, 'Options must be different.')
    .describe('The choices, as texts.'),
  multiple: z.boolean().default(false).describe('True when a member may choose more than one option.'),
  anonymous: z.boolean().default(false).describe('True when no one sees who voted for what.'),
  closes_at: optional(instant).describe('When voting ends; null or left out: it stays open.'),
})
export type NewPoll = z.output<typeof newPoll>
export const vote = z.object({
  poll_id: id.describe('The poll.'),
  option_ids: z.array(id).max(20).describe('Ids of the chosen options; an empty list removes the vote.'),
})

export const message = z.object({
  id: id.describe('Id of the message.'),
  chat_id: id.describe('The chat.'),
  number: z
    .int()
    .describe(
      'Number of the message in the chat, from 1. Compare it with `read_number` and `delivered_number` of the members.',
    ),
  sender_id: id.describe('The user who sent it.'),
  sender: person.describe('The user who sent it.'),
  type: z
    .enum(messageTypes)
    .describe('What it carries. `image`, `voice`, `video` and `document` need a `file_id`, `poll` a `poll`.'),
  content: z
    .string()
    .nullable()
    .describe('The text. Null for a view-once message until `POST /api/messages/{id}/view`.'),
  file: uploadedFile.nullable().describe('The file it carries, if any.'),
  duration_ms: z
    .int()
    .nullable()
    .describe('Length of a voice or video message in milliseconds, as its sender measured it; null if not given.'),
  reply_to: id.nullable().describe('The message it replies to, in the same chat.'),
  reply: z
    .object({
      id: id.describe('Id of the message.'),
      sender_id: id.describe('The user who sent it.'),
      type: z
        .enum(messageTypes)
        .describe('What it carries. `image`, `voice`, `video` and `document` need a `file_id`, `poll` a `poll`.'),
      content: z
        .string()
        .nullable()
        .describe('The text. Null for a view-once message until `POST /api/messages/{id}/view`.'),
      deleted: z.boolean().describe('True when it was deleted; nothing else of it is left then.'),
    })
    .nullable()
    .describe('The message it replies to, in brief; null when it is not a reply.'),
  visibility: visibility.describe(
    '`view_once` can be opened once by each member, `disappearing` is deleted after `expires_in_seconds`.',
  ),
  encrypted: z
    .boolean()
    .describe('True when the clients encrypted `content`. The server then neither reads nor searches it.'),
  client_id: z.string().nullable().describe('The id that the client gave it in the request.'),
  status: z
    .enum(['sent', 'delivered', 'read'])
    .describe('Lowest state over all other members: `read` when everyone has read it.'),
  reactions: z.array(reaction).describe('Emojis with the members who chose them.'),
  poll: poll.nullable().describe('The poll of a `poll` message.'),
  expires_at: instant.nullable().describe('When it is deleted; null: never.'),
  created_at: instant.describe('When it was sent.'),
  edited_at: instant.nullable().describe('When its text was last changed; null: never.'),
  deleted: z.literal(false).describe('True when it was deleted; nothing else of it is left then.'),
})
export type Message = z.output<typeof message>

/** A deleted message is `{ id, deleted: true }`. `viewed` is true when the caller has opened a view-once message. */
export const messageInHistory = message
  .extend({ viewed: z.boolean().describe('True when the caller has opened a view-once message already.') })
  .partial()
  .extend({
    id: id.describe('Id of the message.'),
    deleted: z.boolean().describe('True when it was deleted; nothing else of it is left then.'),
  })
export const messagePage = z.object({
  data: z.array(messageInHistory).describe('One page of messages.'),
  next_cursor: z.string().nullable().describe('Send it as `cursor` to get the next page; null on the last page.'),
})
export const historyPage = messagePage.extend({
  total: z
    .int()
    .optional()
    .describe('Messages sent in the chat so far, also deleted ones. Only in a response to `offset`.'),
})

/** Skipped messages are read, so they are limited. */
const maxOffset = 10_000

export const history = page(50).extend({
  chat_id: id.describe('The chat.'),
  before: optional(id).describe('Id of a message: only older ones, newest first.'),
  after: optional(id).describe('Id of a message: only newer ones.'),
  around: optional(id).describe('Id of a message: it and those before and after it.'),
  offset: optional(z.coerce.number().int().min(0).max(maxOffset)).describe(
    `Skips this many of the newest messages, at most ${maxOffset.toLocaleString('en')}. \`cursor\` is quicker, and has no limit.`,
  ),
})
export type History = z.output<typeof history>

export const newMessage = z.object({
  chat_id: id.describe('The chat.'),
  type: z
    .enum(messageTypes)
    .default('text')
    .describe('What it carries. `image`, `voice`, `video` and `document` need a `file_id`, `poll` a `poll`.'),
  content: optional(z.string().max(maxTextLength)).describe('The text: required for `text`, a caption for files.'),
  file_id: optional(id).describe('A file from `POST /api/upload`.'),
  duration_ms: optional(z.int().min(0).max(86_400_000)).describe(
    'Length of a voice or video message in milliseconds, to show before it is played.',
  ),
  reply_to: optional(id).describe('The message it replies to, in the same chat.'),
  visibility: visibility
    .default('everyone')
    .describe('`view_once` can be opened once by each member, `disappearing` is deleted after `expires_in_seconds`.'),
  expires_in_seconds: optional(z.int().min(1).max(31_536_000)).describe(
    'Deletes the message this many seconds after it was sent. Default: a day for `disappearing`, 14 days for `view_once`. Without `visibility`, it makes the message `disappearing`.',
  ),
  encrypted: z
    .boolean()
    .default(false)
    .describe('True when the clients encrypted `content`. The server then neither reads nor searches it.'),
  client_id: optional(text(100)).describe(
    'An id that the client chooses. Sending a message with the same id again returns the first one.',
  ),
  poll: optional(newPoll.omit({ chat_id: true })).describe('The poll to ask, for the type `poll`.'),
})
export type NewMessage = z.output<typeof newMessage>

export const hasText = (content: string) => content.trim() !== ''
export const messageChanges = z.object({
  content: z.string().min(1).max(maxTextLength).refine(hasText, 'A message needs content.').describe('The new text.'),
})
export const messageChoice = z.object({
  message_id: optional(id).describe('The message to delete; in the body or the query.'),
})
export const deletedMessage = z.object({
  success: z.literal(true).describe('Always true; a failure has an error status.'),
  id: id.describe('Id of the message.'),
  deleted: z.literal(true).describe('True when it was deleted; nothing else of it is left then.'),
})
export const viewedMessage = z.object({
  id: id.describe('Id of the message.'),
  type: z
    .enum(messageTypes)
    .describe('What it carries. `image`, `voice`, `video` and `document` need a `file_id`, `poll` a `poll`.'),
  content: z
    .string()
    .nullable()
    .describe('The text. Null for a view-once message until `POST /api/messages/{id}/view`.'),
  file: uploadedFile.nullable().describe('The file it carries, if any.'),
})
export const messageSearch = page(50).extend({
  q: text(200).describe('Words of the text, in any order. Encrypted messages are never found.'),
  chat_id: optional(id).describe('Only in this chat.'),
  type: optional(z.enum(messageTypes)).describe('Only messages of this type.'),
})
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const isOneEmoji = (text: string) =>
  /[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]/u.test(text) && [...graphemes.segment(text)].length === 1
/** One emoji, or the name of one that the front-end draws itself: `:party-parrot:`. */
const emoji = text(32).refine((text) => isOneEmoji(text) || /^:?[\w+-]+:?$/.test(text), 'Must be one emoji.')
export const newReaction = z.object({
  message_id: id.describe('The message to react to.'),
  emoji: emoji.describe('The emoji. Without `action`, sending the same one again removes the reaction.'),
  action: optional(z.enum(['add', 'remove'])).describe(
    '`add` or `remove` the reaction; nothing changes when it is there, or not there, already.',
  ),
})
export type NewReaction = z.output<typeof newReaction>
export const reactionsOf = z.object({
  message_id: id.describe('The message with the reactions.'),
  reactions: z.array(reaction).describe('Emojis with the members who chose them.'),
})

/** A receipt for everything up to this message, or without one up to the newest. */
export const receipt = z.object({
  chat_id: id.describe('The chat.'),
  message_id: optional(id).describe('The newest message that was read; left out: all.'),
})
export const receiptResponse = z.object({
  success: z.literal(true).describe('Always true; a failure has an error status.'),
  chat_id: id.describe('The chat.'),
  message_id: id.nullable().describe('The newest message that counts as read now.'),
  unread_count: z.int().describe('Messages in the chat that the caller has not read.'),
})
