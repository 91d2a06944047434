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
 * What became of a message at its channel. Refused for good, or asked to wait, is an outcome; a network that is down is
 * an exception.
 */
export type Sent =
  | { status: 'sent' | 'delivered'; externalId?: string | undefined }
  | { status: 'failed'; error: string }
  | { status: 'busy'; retryAfterSeconds: number }

/** A way out to customers: a social network's API, SMS, e-mail. The web has none: its visitors hear the event itself. */
export interface Channel {
  readonly name: ChannelName
  /**
   * Hands one message over. Called outside any transaction, at least once for a message: its id is the key by which a
   * repetition is recognised. When it throws, it is tried again for five minutes.
   */
  send(ctx: Ctx, conversation: Conversation, message: Message): Promise<Sent>
}

/** What is said here has arrived when it is written down. */
const needsNoDelivery: ReadonlySet<ChannelName> = new Set(['web', 'phone'])
const giveUpAfterMs = 5 * 60_000
/** How often a message looks whether the one before it is through. */
const turnSeconds = 1

const columns = sql`id, conversation_id, sender, sender_id, text, attachment, status, error, client_id, internal, created_at`

const findQueued = statement(
  'inbox.find_queued_message',
  (_, p: { id: string }) => sql<Message>`
    select ${columns} from inbox.messages where id = ${p.id} and status = 'queued'`,
)

// A receipt may have come before the answer to the sending: what is further on stays. An id that a platform gave away
// twice is not worth sending again.
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

// The conversation's messages go out in their order. One that should have been given up long ago holds up nobody.
const findEarlier = statement(
  'inbox.find_earlier_queued',
  (_, p: { conversation_id: string; id: string; since: string }) => sql<{ id: string }>`
    select id from inbox.messages
     where conversation_id = ${p.conversation_id} and id < ${p.id} and status = 'queued'
       and created_at > ${p.since}::timestamptz limit 1`,
)

/** The job that hands queued messages to their channels. */
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
    return { status: 'failed', error: `${conversation.channel} takes no more messages for now. Send it again later.` }
  } catch (error) {
    if (mayWaitMs > 0) throw error
    ctx.log.warn({ err: error, message_id: message.id }, 'A message could not be sent and was given up.')
    return { status: 'failed', error: `${conversation.channel} could not be reached.` }
  }
}

// To enqueue a job only its name and input count; the one that runs was composed with the channels.
const delivery: JobType = deliverThrough([])

/** Says something to the customer, by the conversation's channel; an internal note stays here. Throws 404 when there is no such conversation. */
export function sendMessage(ctx: Ctx, input: Omit<NewMessage, 'status' | 'externalId'>): Promise<Message> {
  return transaction(ctx, async (ctx) => {
    const { channel } = await getConversation(ctx, input.conversationId)
    const status = input.internal || needsNoDelivery.has(channel) ? 'sent' : 'queued'
    const { message, isNew } = await addOnce(ctx, { ...input, status })
    if (isNew && status === 'queued') await ctx.services.jobs.enqueue(ctx, delivery, { message_id: message.id })
    return message
  })
}
