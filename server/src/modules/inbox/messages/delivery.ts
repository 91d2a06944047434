import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, transaction } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { emit } from '../../../platform/events.ts'
import { type JobType, job } from '../../../platform/jobs.ts'
import { getConversation } from '../conversations/conversation-row.ts'
import { MessageStatusChanged } from '../events.ts'
import { type NewMessage, addOnce } from './messages.ts'
import type { ChannelName, Conversation, Message } from '../schema.ts'

/**
 * The result of sending a message through its channel. A permanent refusal and a request to wait are results; a network
 * failure is an exception.
 */
export type Sent =
  | { status: 'sent' | 'delivered'; externalId?: string | undefined }
  | { status: 'failed'; error: string }
  | { status: 'busy'; retryAfterSeconds: number }

/** A channel to customers: the API of a social network, SMS or e-mail. The web needs none: visitors receive the event itself. */
export interface Channel {
  readonly name: ChannelName
  /**
   * Sends one message. Called outside any transaction, at least once for each message, with the message id as the
   * idempotency key. When it throws, it is retried for five minutes.
   */
  send(ctx: Ctx, conversation: Conversation, message: Message): Promise<Sent>
}

/** Messages of these channels are delivered when they are stored. */
const needsNoDelivery: ReadonlySet<ChannelName> = new Set(['web', 'phone'])
const giveUpAfterMs = 5 * 60_000
/** A message checks this often whether the one before it has been sent. */
const turnSeconds = 1

const columns = sql`id, conversation_id, sender, sender_id, text, attachment, status, error, client_id, internal, created_at`

const findQueued = statement(
  'inbox.find_queued_message',
  (_, p: { id: string }) => sql<Message>`
    select ${columns} from inbox.messages where id = ${p.id} and status = 'queued'`,
)

// A receipt can arrive before the response to the request that sent the message: a later status stays. An id that a platform
// has assigned twice is not stored again.
const setStatus = statement(
  'inbox.set_message_status',
  (_, p: { id: string; status: string; error: string | null; external_id: string | null }) => sql<Message>`
    update inbox.messages m
       set status = case when status = 'queued' then ${p.status} else status end,
           error = case when status = 'queued' then ${p.error} else error end,
           external_id = case when exists (select from inbox.messages o where o.conversation_id = m.conversation_id
                                              and o.external_id = ${p.external_id})
                              then external_id else coalesce(${p.external_id}, external_id) end
     where id = ${p.id} returning ${columns}`,
)

// The messages of a conversation are sent in their order. A message that is past the retry time does not block later ones.
const findEarlier = statement(
  'inbox.find_earlier_queued',
  (_, p: { conversation_id: string; id: string; since: string }) => sql<{ id: string }>`
    select id from inbox.messages
     where conversation_id = ${p.conversation_id} and id < ${p.id} and status = 'queued'
       and created_at > ${p.since}::timestamptz limit 1`,
)

/** Returns the job that sends queued messages through their channels. */
export const deliverThrough = (channels: readonly Channel[]) => {
  const byName = new Map(channels.map((channel) => [channel.name, channel]))
  return job({
    name: 'inbox.deliver',
    input: z.object({ message_id: z.uuid() }),
    attempts: 10,
    concurrency: 8,
    concurrencyPerWorkspace: 4,
    async run(ctx, { message_id }) {
      const message = await ctx.db.maybe(findQueued, { id: message_id })
      if (!message) return
      const again = (startAfterSeconds: number) =>
        ctx.services.jobs.enqueue(ctx, delivery, { message_id }, { startAfterSeconds })
      const since = new Date(ctx.now().getTime() - 2 * giveUpAfterMs).toISOString()
      const { conversation_id } = message
      if (await ctx.db.maybe(findEarlier, { conversation_id, id: message.id, since })) return again(turnSeconds)
      const conversation = await getConversation(ctx, conversation_id)
      const sent = await send(ctx, byName.get(conversation.channel), conversation, message)
      if (sent.status === 'busy') return again(sent.retryAfterSeconds)
      await transaction(ctx, async (ctx) => {
        const { status, error = null, externalId = null } = { error: undefined, externalId: undefined, ...sent }
        const row = await ctx.db.one(setStatus, { id: message.id, status, error, external_id: externalId })
        emit(ctx, MessageStatusChanged, row)
      })
    },
  })
}

async function send(
  ctx: Ctx,
  channel: Channel | undefined,
  conversation: Conversation,
  message: Message,
): Promise<Sent> {
  if (!channel) return { status: 'failed', error: `This workspace is not connected to ${conversation.channel}.` }
  const mayWaitMs = Date.parse(message.created_at) + giveUpAfterMs - ctx.now().getTime()
  try {
    const sent = await channel.send(ctx, conversation, message)
    if (sent.status !== 'busy' || sent.retryAfterSeconds * 1000 < mayWaitMs) return sent
    return { status: 'failed', error: `${conversation.channel} accepts no more messages for now. Send it again later.` }
  } catch (error) {
    if (mayWaitMs > 0) throw error
    ctx.log.warn({ err: error, message_id: message.id }, 'A message could not be sent; no more retries.')
    return { status: 'failed', error: `${conversation.channel} could not be reached.` }
  }
}

// Enqueueing needs only the name and input of the job; the job that runs is composed with the channels.
const delivery: JobType = deliverThrough([])

/**
 * Adds a message and sends it to the customer through the channel of the conversation. Internal notes are not sent. Throws
 * 404 for an unknown conversation.
 */
export function sendMessage(ctx: Ctx, input: Omit<NewMessage, 'status' | 'externalId'>): Promise<Message> {
  return transaction(ctx, async (ctx) => {
    const { channel } = await getConversation(ctx, input.conversationId)
    const status = input.internal || needsNoDelivery.has(channel) ? 'sent' : 'queued'
    const { message, isNew } = await addOnce(ctx, { ...input, status })
    if (isNew && status === 'queued') await ctx.services.jobs.enqueue(ctx, delivery, { message_id: message.id })
    return message
  })
}
