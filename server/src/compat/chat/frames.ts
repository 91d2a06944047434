import { camelCase } from '../../platform/http/names/shape.ts'
import { type Frame, jsonFrames } from '../../platform/sockets/frame-codec.ts'
import { toMessage, toPoll, toReactions } from './records.ts'

// oxlint-disable typescript/no-explicit-any -- the data of frames as JSON.

/** The frames that the front-end sends, with our commands. */
const commands: Readonly<Record<string, (payload: any) => { event: string; data: object }>> = {
  // The sender is the user of the session, whatever the payload says. Its clients send a message by HTTP and then here too.
  'message:send': ({ chatId, content, type, visibility, replyTo, clientId }) => ({
    event: 'chat:send',
    data: {
      chat_id: chatId,
      content,
      type,
      visibility: visibility === 'forever' ? 'everyone' : visibility,
      reply_to: replyTo,
      client_id: clientId,
      echo: true,
    },
  }),
  'user:typing': ({ chatId, chat_id = chatId, isTyping, typing = isTyping }) => ({
    event: 'chat:typing',
    data: { chat_id, ...(typeof typing === 'boolean' && { typing }) },
  }),
}

interface Shown {
  type: string
  payload: object
}

/** Our events that the front-end knows under another name or with other data. */
const events: Readonly<Record<string, (data: any) => Shown | undefined>> = {
  'chat:message': (data) => ({ type: 'message:received', payload: toMessage(data) }),
  'chat:message:edited': (data) => ({ type: 'message:edited', payload: toMessage(data) }),
  'chat:message:deleted': ({ chat_id, message_id }) => ({
    type: 'message:deleted',
    payload: { id: message_id, messageId: message_id, chatId: chat_id },
  }),
  'chat:reaction': ({ chat_id, message_id, reactions }) => ({
    type: 'message:reaction',
    payload: { chatId: chat_id, messageId: message_id, reactions: toReactions(reactions) },
  }),
  'chat:read': (data) => ({ type: 'message:seen', payload: inCamelCase(data) as object }),
  'chat:delivered': (data) => ({ type: 'message:delivered', payload: inCamelCase(data) as object }),
  // A listener takes each of these frames as typing.
  'chat:typing': ({ chat_id, user_id, typing }) =>
    typing ? { type: 'user:typing', payload: { chatId: chat_id, userId: user_id } } : undefined,
  'poll:update': (data) => ({ type: 'poll:update', payload: toPoll(data) }),
  'call:ring': (call) => ({
    type: 'call:incoming',
    payload: { callId: call.id, roomName: call.room_name, chatId: call.chat_id, ...callerOf(call) },
  }),
}

function callerOf({ initiator_id, participants = [] }: any) {
  const initiator = participants.find(({ user_id }: any) => user_id === initiator_id)
  return { callerId: initiator_id, callerName: initiator?.name ?? null, callerAvatar: initiator?.avatar_url ?? null }
}

/** Fields in camelCase, wherever they are nested. */
function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [camelCase(name), inCamelCase(field)]))
}

/** A command of ours may have its fields in camelCase: `{ chatId }` for `{ chat_id }`. */
const withOurNames = (payload: unknown) => {
  const fields = Object.entries(asObject(payload))
  const ours = fields.map(([name, value]) => [name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), value])
  return { ...Object.fromEntries(ours), ...Object.fromEntries(fields) }
}

const asObject = (payload: unknown) => (payload !== null && typeof payload === 'object' ? payload : {})

const show = ({ event, data }: Frame): Shown | undefined => {
  const own = Object.hasOwn(events, event) ? events[event] : undefined
  return own ? own(data) : { type: event, payload: inCamelCase(data) as object }
}

/** The frames at `/compat/chat/ws`: `{ type, payload }`. Our other commands and events are there too, in camelCase. */
export const chatFrames = jsonFrames({
  example: '{ "type": "user:typing", "payload": { "chatId": "…" } }',
  read({ type, payload }) {
    const command = typeof type === 'string' && Object.hasOwn(commands, type) ? commands[type] : undefined
    return command ? command(asObject(payload)) : { event: type, data: withOurNames(payload) }
  },
  write(frame) {
    const shown = show(frame)
    return shown && (frame.id === undefined ? shown : { ...shown, id: frame.id })
  },
  // The caller of a call does not receive it as an incoming one.
  isFor: ({ event, data }, userId) => event !== 'call:ring' || (data as any).initiator_id !== userId,
})
