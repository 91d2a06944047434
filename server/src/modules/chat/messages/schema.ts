import { z } from 'zod'
import { id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { person } from '../people/schema.ts'

const maxTextLength = 20_000

export const uploadedFile = z.object({
  id,
  url: z.string(),
  filename: z.string(),
  mime_type: z.string(),
  size_bytes: z.int(),
})
export type UploadedFile = z.output<typeof uploadedFile>

const messageTypes = ['text', 'image', 'voice', 'video', 'document', 'sticker', 'poll'] as const
const visibility = z.enum(['everyone', 'view_once', 'disappearing'])

const reaction = z.object({ emoji: z.string(), count: z.int(), user_ids: z.array(id) })

export const poll = z.object({
  id,
  chat_id: id,
  message_id: id,
  question: z.string(),
  /** `voter_ids` is null when the poll is anonymous. */
  options: z.array(z.object({ id, text: z.string(), votes: z.int(), voter_ids: z.array(id).nullable() })),
  multiple: z.boolean(),
  anonymous: z.boolean(),
  closes_at: instant.nullable(),
  closed: z.boolean(),
  voters: z.int(),
  created_by: id,
  created_at: instant,
})
export type Poll = z.output<typeof poll>
export const pollWithMyVote = poll.extend({ my_option_ids: z.array(id) })

export const newPoll = z.object({
  chat_id: id,
  question: text(500),
  options: z
    .array(text(200))
    .min(2, 'A poll has at least two options.')
    .max(20)
    .refine((options) => new Set(options).size === options.length, 'Give each option once.'),
  multiple: z.boolean().default(false),
  anonymous: z.boolean().default(false),
  closes_at: optional(instant),
})
export type NewPoll = z.output<typeof newPoll>
export const vote = z.object({ poll_id: id, option_ids: z.array(id).max(20) })

export const message = z.object({
  id,
  chat_id: id,
  /** Its place in the chat, from 1. Compare it with members' `read_number` and `delivered_number`. */
  number: z.int(),
  sender_id: id,
  sender: person,
  type: z.enum(messageTypes),
  /** Null for what may be viewed once; see `POST /api/messages/:id/view`. */
  content: z.string().nullable(),
  file: uploadedFile.nullable(),
  reply_to: id.nullable(),
  reply: z
    .object({ id, sender_id: id, type: z.enum(messageTypes), content: z.string().nullable(), deleted: z.boolean() })
    .nullable(),
  visibility,
  encrypted: z.boolean(),
  client_id: z.string().nullable(),
  /** Of all members: `read` when everyone has read it. */
  status: z.enum(['sent', 'delivered', 'read']),
  reactions: z.array(reaction),
  poll: poll.nullable(),
  expires_at: instant.nullable(),
  created_at: instant,
  edited_at: instant.nullable(),
  deleted: z.literal(false),
})
export type Message = z.output<typeof message>

/** Of a deleted message only `{ id, deleted: true }` is left. `viewed`: have I opened what may be viewed once? */
export const messageInHistory = message.extend({ viewed: z.boolean() }).partial().extend({ id, deleted: z.boolean() })
export const messagePage = z.object({ data: z.array(messageInHistory), next_cursor: z.string().nullable() })

export const history = page(50).extend({
  chat_id: id,
  /** The id of a message: older ones, newer ones, those about it. */
  before: optional(id),
  after: optional(id),
  around: optional(id),
})
export type History = z.output<typeof history>

export const newMessage = z.object({
  chat_id: id,
  type: z.enum(messageTypes).default('text'),
  content: optional(z.string().max(maxTextLength)),
  file_id: optional(id),
  reply_to: optional(id),
  visibility: visibility.default('everyone'),
  /** When it is gone: after a day when it disappears, 14 days when it may be viewed once. Given alone, it makes a message disappear. */
  expires_in_seconds: optional(z.int().min(1).max(31_536_000)),
  encrypted: z.boolean().default(false),
  /** The sender's own name for it: sent again, it is not sent twice. */
  client_id: optional(text(100)),
  /** For `poll`. */
  poll: optional(newPoll.omit({ chat_id: true })),
})
export type NewMessage = z.output<typeof newMessage>

export const saysSomething = (content: string) => content.trim() !== ''
export const messageChanges = z.object({
  content: z.string().min(1).max(maxTextLength).refine(saysSomething, 'A message says something.'),
})
export const messageChoice = z.object({ message_id: optional(id) })
export const deletedMessage = z.object({ success: z.literal(true), id, deleted: z.literal(true) })
export const viewedMessage = z.object({
  id,
  type: z.enum(messageTypes),
  content: z.string().nullable(),
  file: uploadedFile.nullable(),
})
export const messageSearch = page(50).extend({ q: text(200), chat_id: optional(id) })
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const isOneEmoji = (text: string) =>
  /[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]/u.test(text) && [...graphemes.segment(text)].length === 1
/** One emoji as a keyboard gives it, or the name of one that the front-end draws itself: `:party-parrot:`. */
const emoji = text(32).refine((text) => isOneEmoji(text) || /^:?[\w+-]+:?$/.test(text), 'Give one emoji.')
export const newReaction = z.object({ message_id: id, emoji })
export const reactionsOf = z.object({ message_id: id, reactions: z.array(reaction) })

/** Up to this message, or without one up to the newest. */
export const receipt = z.object({ chat_id: id, message_id: optional(id) })
export const receiptAnswer = z.object({
  success: z.literal(true),
  chat_id: id,
  message_id: id.nullable(),
  unread_count: z.int(),
})
