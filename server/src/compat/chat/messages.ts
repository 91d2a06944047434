import { z } from 'zod'
import type { Ctx } from '../../platform/context.ts'
import { invalidField } from '../../platform/errors.ts'
import { id, instant, optional } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import { composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { succeeded } from './accounts.ts'
import { file, message, toFile, toMessage, toMessages, toReactions, visibilities } from './records.ts'

const exampleId = '0199ffff-ffff-7fff-bfff-ffffffffffff'
const mostMessages = 200

/** A larger page than there is gets the largest one. */
const limit = (usual: number) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .default(usual)
    .transform((given) => Math.min(given, mostMessages))
    .describe(`How many, at most ${mostMessages}. Default: ${usual}.`)

const words = Object.keys(visibilities) as [keyof typeof visibilities]

const newMessage = z.object({
  chat_id: id.describe('The chat.'),
  content: optional(z.string().max(20_000)).describe('The text.'),
  type: optional(z.enum(['text', 'image', 'voice', 'video', 'document', 'sticker'])).describe('Default: `text`.'),
  visibility: optional(
    z.enum(words, 'Must be forever, view_once or disappearing. Two views are not counted.'),
  ).describe('Default: `forever`.'),
  image_url: optional(z.string().max(2000)).describe('URL of an uploaded picture.'),
  file_id: optional(id).describe('An uploaded file.'),
  voice_duration: optional(z.number().min(0).max(86_400_000)).describe('Length of a voice message in milliseconds.'),
  reply_to: optional(id).describe('The message it replies to.'),
  expires_in_seconds: optional(z.int()).describe('Deletes the message after this time.'),
  is_encrypted: optional(z.boolean()).describe('True when the client encrypted the text.'),
  client_id: optional(z.string().max(100)).describe('A resend with the same id sends the message once.'),
})

/** Only files of this server are sent: another site would learn who looks at its picture. */
function fileIn(url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  const [, found] = /\/api\/uploads\/([\da-f-]{36})\//i.exec(url) ?? []
  if (!found) throw invalidField('body.image_url', 'Upload the picture first, and give the url of the response.')
  return found
}

/** The id of the user who sends the request. */
export async function callerOf(ctx: Ctx): Promise<string> {
  const { user_id } = await ctx.db.actor()
  return user_id as string
}

export const messageRequests: Record<string, Adapted> = {
  listMessages: adapt({
    operation: 'listMessages',
    summary: 'List messages of a chat, newest first, by offset up to 10,000',
    query: z.object({
      chat_id: id.describe('The chat.'),
      limit: limit(50),
      offset: optional(z.string().max(20)).describe('Skips this many of the newest, at most 10,000. Default: 0.'),
    }),
    toRequest: ({ query: { chat_id, limit, offset = '0' } }) => ({ query: { chat_id, limit: String(limit), offset } }),
    response: z.object({
      success: succeeded,
      messages: z.array(message).describe('The messages; deleted ones are left out.'),
      total: z.int().describe('Messages sent in the chat so far.'),
      hasMore: z.boolean().describe('True when there are older ones.'),
    }),
    toResponse: (page) => ({
      success: true as const,
      messages: toMessages(page),
      total: page.total,
      hasMore: page.next_cursor !== null,
    }),
  }),
  searchMessages: adapt({
    operation: 'searchMessages',
    query: z.object({
      q: z.string().describe('Words of the text, in any order.'),
      chat_id: optional(id).describe('Only in this chat.'),
      type: optional(z.string().max(20)).describe('Only messages of this type.'),
      limit: limit(20),
    }),
    toRequest: ({ query: { limit, ...query } }) => ({ query: { ...query, limit: String(limit) } }),
    response: z.object({
      success: succeeded,
      results: z.array(message).describe('The messages that were found, newest first.'),
      total: z.int().describe('How many are in `results`.'),
      hasMore: z.boolean().describe('True when there are older ones.'),
      query: z.string().describe('The words.'),
    }),
    toResponse(page, { query: { q } }) {
      const results = toMessages(page)
      return { success: true as const, results, total: results.length, hasMore: page.next_cursor !== null, query: q }
    },
  }),
  sendMessage: adapt({
    operation: 'sendMessage',
    body: newMessage,
    accepts: { body: { encrypted: 'is_encrypted' } },
    example: { chat_id: exampleId, content: 'See you at eight.', type: 'text', visibility: 'forever' },
    toRequest: ({ body: { image_url, voice_duration, is_encrypted, visibility = 'forever', ...sent } }) => ({
      body: {
        ...sent,
        visibility: visibilities[visibility],
        encrypted: is_encrypted,
        file_id: sent.file_id ?? fileIn(image_url),
        duration_ms: voice_duration === undefined ? undefined : Math.round(voice_duration),
      },
    }),
    response: z.object({ success: succeeded, message: message.describe('The message.') }),
    toResponse: (sent) => ({ success: true as const, message: toMessage(sent) }),
  }),
  deleteMessage: adapt({
    operation: 'deleteMessage',
    response: z.object({ success: succeeded, message: z.string().describe('A message for the user.') }),
    toResponse: () => ({ success: true as const, message: 'The message is deleted.' }),
  }),
  react: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/messages/reactions',
    access: 'user',
    summary: 'Add a reaction to a message, or remove it',
    operations: ['toggleReaction'],
    body: z.object({
      message_id: id.describe('The message.'),
      emoji: z.string().max(32).describe('The emoji.'),
      action: optional(z.string().max(20)).describe('`add` or `remove`. Without it: add, or remove the same one.'),
    }),
    example: { message_id: exampleId, emoji: '👍', action: 'add' },
    errors: [409],
    response: z.object({
      success: succeeded,
      reaction: z
        .object({
          emoji: z.string().describe('The emoji.'),
          userId: id.describe('The caller.'),
          timestamp: instant.describe('Now.'),
        })
        .describe('What was added or removed.'),
      action: z.enum(['add', 'remove']).describe('Whether the caller has this reaction now.'),
      reactions: message.shape.reactions,
    }),
    async handler(call, { body }, ctx) {
      const userId = await callerOf(ctx)
      const { reactions } = await call('toggleReaction', { body })
      const has = toReactions(reactions).some(({ emoji, users }) => emoji === body.emoji && users.includes(userId))
      return {
        success: true as const,
        reaction: { emoji: body.emoji, userId, timestamp: ctx.now().toISOString() },
        action: has ? ('add' as const) : ('remove' as const),
        reactions: toReactions(reactions),
      }
    },
  }),
  upload: adapt({
    operation: 'uploadFile',
    response: z.object({ success: succeeded, file: file.describe('The file.') }),
    toResponse: (uploaded) => ({ success: true as const, file: toFile(uploaded) }),
  }),
}
