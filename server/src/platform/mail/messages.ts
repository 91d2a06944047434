import { sql } from 'kysely'
import { z } from 'zod'
import type { Ctx } from '../context.ts'
import { statement } from '../database/statement.ts'
import { newId } from '../id.ts'
import { job } from '../jobs.ts'
import type { Services } from '../services.ts'
import { type Carry, carriersOf, Undeliverable } from './carriers.ts'

/** A mail or an SMS to one person. */
export interface Message {
  channel: 'email' | 'sms'
  /** An e-mail address, or a telephone number in E.164. */
  to: string
  /** Of a mail. */
  subject?: string
  text: string
  /** Not delivered after this: an expired code is useless. */
  expiresInSeconds?: number
  /** The workspace whose customer it goes to; forgotten with the customer. */
  onBehalfOf?: string
}

const place = (id: string) => `platform.outgoing_messages/text/${id}`

/** With pauses that double from 1 s to ten minutes: half an hour, longer than greylisting takes. */
const maxAttempts = 12

const insert = statement(
  'mail.insert',
  (
    _,
    p: {
      id: string
      channel: string
      recipient: string
      subject: string | null
      sealed_text: string
      expires_in: number | null
      on_behalf_of: string | null
    },
  ) => sql<Record<string, never>>`
    insert into platform.outgoing_messages (id, channel, recipient, subject, sealed_text, on_behalf_of, expires_at)
    values (${p.id}, ${p.channel}, ${p.recipient}, ${p.subject}, ${p.sealed_text},
            ${p.on_behalf_of}::uuid, now() + make_interval(secs => ${p.expires_in}::int))`,
)

/**
 * Sends the message if the current transaction commits. The context is the server's own, in no workspace. Where
 * no carrier is configured, it is stored for `switchboard mail list`.
 */
export async function sendMessage(ctx: Ctx, message: Message): Promise<void> {
  const id = newId()
  await ctx.db.together([
    insert.call({
      id,
      channel: message.channel,
      recipient: message.to,
      subject: message.subject ?? null,
      sealed_text: ctx.services.secrets.seal(message.text, place(id)),
      expires_in: message.expiresInSeconds ?? null,
      on_behalf_of: message.onBehalfOf ?? null,
    }),
  ])
  await ctx.services.jobs.enqueue(ctx, deliverMessage, { id })
}

interface Queued {
  id: string
  channel: Message['channel']
  recipient: string
  subject: string | null
  sealed_text: string
  expired: boolean
  attempts: number
}

const begin = statement(
  'mail.begin',
  (_, p: { id: string }) => sql<Queued>`
    update platform.outgoing_messages set attempts = attempts + 1
     where id = ${p.id} and status = 'queued'
    returning id, channel, recipient, subject, sealed_text, attempts, coalesce(expires_at < now(), false) as expired`,
)

const settle = statement(
  'mail.settle',
  (_, p: { id: string; status: 'kept' | 'sent' | 'failed' | 'queued'; error: string | null }) =>
    sql<Record<string, never>>`
    update platform.outgoing_messages
       set status = ${p.status}, error = ${p.error}, sent_at = case when ${p.status} = 'sent' then now() end,
           sealed_text = case when ${p.status} in ('kept', 'queued') then sealed_text end
     where id = ${p.id}`,
)

/**
 * Delivers one message at least once; its id is the mail's Message-ID, by which mail servers recognise duplicates. It is given up
 * when it was refused for good, has expired, or after 12 attempts.
 */
export const deliverMessage = job({
  name: 'mail.deliver',
  input: z.object({ id: z.uuid() }),
  attempts: maxAttempts,
  concurrency: 4,
  concurrencyPerWorkspace: 2,
  timeoutSeconds: 120,
  async run(ctx, { id }) {
    const message = await ctx.db.maybe(begin, { id })
    if (!message) return
    const carry = carriersOf(ctx.services)[message.channel]
    if (!carry) return keep(ctx, message)
    if (message.expired) return void (await ctx.db.all(settle, { id, status: 'failed', error: 'It had expired.' }))
    try {
      await deliver(ctx.services, carry, message)
    } catch (error) {
      const final = error instanceof Undeliverable || message.attempts >= maxAttempts
      const said = (error as Error).message.slice(0, 500)
      await ctx.db.all(settle, { id, status: final ? 'failed' : 'queued', error: said })
      if (final) return ctx.log.warn({ err: error, message_id: id }, 'A message could not be delivered.')
      throw error
    }
    await ctx.db.all(settle, { id, status: 'sent', error: null })
  },
})

async function keep(ctx: Ctx, { id, recipient, sealed_text }: Queued): Promise<void> {
  await ctx.db.all(settle, { id, status: 'kept', error: null })
  // At a developer's terminal it can be read at once: the command line has to wait for the embedded database.
  if (ctx.services.config.development) {
    const text = ctx.services.secrets.open(sealed_text, place(id))
    ctx.log.warn(`Nothing is configured to send messages. This one is for ${recipient}:\n${text}`)
  }
}

const deliver = (services: Services, carry: Carry, message: Queued): Promise<void> =>
  carry({
    id: message.id,
    to: message.recipient,
    subject: message.subject ?? '',
    text: services.secrets.open(message.sealed_text, place(message.id)),
  })

export interface OutgoingMessage {
  id: string
  channel: string
  recipient: string
  subject: string | null
  status: string
  error: string | null
  created_at: string
}

const columns = sql`id, channel, recipient, subject, status, error, created_at`

const listAll = statement(
  'mail.list',
  (_, p: { limit: number }) => sql<OutgoingMessage>`
    select ${columns} from platform.outgoing_messages order by created_at desc, id desc limit ${p.limit}`,
)

const findOne = statement(
  'mail.find',
  (_, p: { id: string }) => sql<OutgoingMessage & { sealed_text: string | null }>`
    select ${columns}, sealed_text from platform.outgoing_messages where id = ${p.id}`,
)

/** The newest first, for the operator. */
export const listMessages = (ctx: Ctx, limit = 1000): Promise<OutgoingMessage[]> => ctx.db.all(listAll, { limit })

/** Returns the message, with its text unless it was sent; undefined for an unknown id. */
export async function findMessage(
  ctx: Ctx,
  id: string,
): Promise<(OutgoingMessage & { text: string | null }) | undefined> {
  const found = await ctx.db.maybe(findOne, { id })
  if (!found) return undefined
  const { sealed_text, ...message } = found
  return { ...message, text: sealed_text === null ? null : ctx.services.secrets.open(sealed_text, place(id)) }
}

/** The retention of message records. */
const keepDays = 30

const removeOld = statement(
  'mail.remove_old.system',
  (_, p: { days: number }) => sql<Record<string, never>>`
    delete from platform.outgoing_messages where created_at < now() - make_interval(days => ${p.days}::int)`,
)

/** Every night: old messages are forgotten, sent or not. */
export const forgetMessages = job({
  name: 'mail.forget',
  input: z.object({}),
  schedule: '41 3 * * *',
  async run(ctx) {
    await ctx.db.all(removeOld, { days: keepDays })
  },
})
