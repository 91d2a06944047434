import { sql } from 'kysely'
import { z } from 'zod'
import { transaction, type Ctx } from '../../platform/context.ts'
import { statement } from '../../platform/database/statement.ts'
import { missing } from '../../platform/errors.ts'
import { newId } from '../../platform/id.ts'
import { type SocketCommand, socketCommand } from '../../platform/sockets/commands.ts'
import { chatTopic } from './events.ts'
import { setPresence } from './people/presence.ts'
import { sendMessage } from './messages/messages.ts'
import { acknowledge } from './messages/receipts.ts'
import { receipt as acknowledged, newMessage } from './messages/schema.ts'

const findOnline = statement(
  'chat.members.online',
  (_, p: { chat_id: string }) => sql<{ online: string[] }>`
    select array(select h.id from app.people(array(select m.user_id from chat.members m where m.chat_id = c.id)) h
                  where h.online) as online
      from chat.chats c where c.id = ${p.chat_id}`,
)
const findDm = statement(
  'chat.chats.blocked',
  (_, p: { chat_id: string }) => sql<{ blocked: boolean }>`
    select c.type = 'dm' and app.is_blocked(c.dm_low, c.dm_high) as blocked from chat.chats c where c.id = ${p.chat_id}`,
)

/** A client that sends a message by HTTP and over the socket does so within this time. */
const echoSeconds = 10
/** The messages of a chat among which an echo is looked for. */
const echoDepth = 20
const socketPrefix = 'socket:'

const wasJustSent = statement(
  'chat.messages.was_just_sent',
  (_, p: { chat_id: string; content: string }) => sql<{ is_echo: boolean }>`
    select m.content = ${p.content} and m.created_at > now() - make_interval(secs => ${sql.lit(echoSeconds)})
           and not starts_with(coalesce(m.client_id, ''), ${sql.lit(socketPrefix)}) as is_echo
      from (select * from chat.messages x where x.chat_id = ${p.chat_id} order by x.number desc
             limit ${sql.lit(echoDepth)}) m
     where m.sender_id = app.user_id() order by m.number desc limit 1`,
)

const socketMessage = newMessage.extend({
  echo: z
    .boolean()
    .default(false)
    .describe(`Ignore the text when the caller has sent the same one by HTTP in the last ${echoSeconds} seconds.`),
})

const acknowledgement = (kind: 'read' | 'delivered') =>
  socketCommand({
    event: `chat:${kind}`,
    access: 'user',
    data: acknowledged,
    handle: (ctx: Ctx, _, { chat_id, message_id = null }) =>
      transaction(ctx, async (ctx) => void (await acknowledge(ctx, kind, { chat_id, message_id }))),
  })

/** The commands about chats that clients can send over their socket. Clients receive the events of all their chats without joining. */
export const chatCommands: SocketCommand[] = [
  socketCommand({
    event: 'chat:join',
    access: 'user',
    data: z.object({ chat_id: z.uuid() }),
    async handle(ctx, socket, { chat_id }) {
      const { online } = (await ctx.db.maybe(findOnline, { chat_id })) ?? missing('chat')
      socket.join(chatTopic(chat_id))
      socket.send('chat:joined', { chat_id, online })
    },
  }),
  socketCommand({
    event: 'chat:send',
    access: 'user',
    data: socketMessage,
    async handle(ctx, _, { echo, ...message }) {
      const { chat_id, content } = message
      if (echo && content !== undefined && (await ctx.db.maybe(wasJustSent, { chat_id, content }))?.is_echo) return
      await sendMessage(ctx, { ...message, client_id: message.client_id ?? socketPrefix + newId() })
    },
  }),
  socketCommand({
    event: 'chat:typing',
    access: 'user',
    data: z.object({ chat_id: z.uuid(), typing: z.boolean().default(true) }),
    async handle(ctx, { userId }, { chat_id, typing }) {
      const { blocked } = (await ctx.db.maybe(findDm, { chat_id })) ?? missing('chat')
      if (!blocked) ctx.services.live.publish(chatTopic(chat_id), 'chat:typing', { chat_id, user_id: userId, typing })
    },
  }),
  acknowledgement('read'),
  acknowledgement('delivered'),
  socketCommand({
    event: 'presence',
    access: 'user',
    data: z.object({ status: z.enum(['online', 'away']).default('online') }),
    handle: (ctx, { userId }, { status }) => setPresence(ctx.services, userId, status === 'away'),
  }),
]

const id = z.uuid()
const receipt = z.object({ chat_id: id, user_id: id, message_id: id.nullable(), number: z.int() })

/** Frames about chats whose data is not that of an event. */
export const chatFrames = {
  'chat:members': z.object({
    chat_id: id,
    added: z.array(id).optional(),
    removed: z.array(id).optional(),
    changed: z.array(z.object({ user_id: id, role: z.string() })).optional(),
  }),
  'chat:read': receipt,
  'chat:delivered': receipt,
  'chat:typing': z.object({ chat_id: id, user_id: id, typing: z.boolean() }),
  'chat:joined': z.object({ chat_id: id, online: z.array(id) }),
  presence: z.object({
    user_id: id,
    status: z.enum(['online', 'away', 'offline']),
    last_seen: z.iso.datetime().nullable(),
  }),
}
