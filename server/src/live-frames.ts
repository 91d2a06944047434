import { z } from 'zod'
import { CampaignProgress } from './modules/campaigns/schema.ts'
import { Notification } from './modules/notifications/schema.ts'
import { ChatMessage, Conversation } from './modules/shop/conversations/schema.ts'
import { Order } from './modules/shop/orders/schema.ts'
import { factForms } from './platform/events.ts'

const id = z.uuid()
const room = z.object({ room_name: z.string(), call_id: id })
const receipt = z.object({ chat_id: id, user_id: id, message_id: id.nullable(), number: z.int() })
const prospect = z.object({ prospect_id: id, assigned_to: id.nullable() })

/** Frames that look different from the fact they tell, or that tell of the moment and are no facts of the log. */
const frames: Record<string, z.ZodType> = {
  'chat:members': z.object({
    chat_id: id,
    added: z.array(id).optional(),
    removed: z.array(id).optional(),
    changed: z.array(z.object({ user_id: id, role: z.string() })).optional(),
  }),
  'message:new': ChatMessage.extend({ shopId: id }),
  'message:update': ChatMessage,
  'conversation:update': Conversation.omit({ messages: true }),
  'order:update': Order,
  'form:submitted': z.object({ id, formId: id, formName: z.string(), customerId: id.nullable() }),
  notification: Notification,
  'handoff:new': prospect.extend({
    id,
    status: z.literal('pending'),
    prospect_name: z.string(),
    priority: z.string(),
    reason: z.string(),
  }),
  'handoff:update': prospect.extend({
    id,
    status: z.enum(['pending', 'claimed', 'completed', 'expired']),
    by: id.nullable(),
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
  'call:peer': room.extend({ user_id: id }),
  'call:joined': room.extend({ peers: z.array(id) }),
  'call:signal': room.extend({ from: id, signal: z.unknown() }),
  'shop:joined': z.object({ shopId: id }),
  'campaign:progress': CampaignProgress,
  pong: z.object({}),
  resumed: z.object({}),
  resync: z.object({}),
  error: z.object({
    error: z.string(),
    code: z.string(),
    event: z.string().optional(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
}

/** The data of everything that live clients hear, by event. */
export const liveFrames = (): Record<string, z.ZodType[]> => {
  const facts = Map.groupBy(factForms(), ({ event }) => event)
  const heard = [...facts].map(([event, forms]): [string, z.ZodType[]] => [event, forms.map(({ data }) => data)])
  const others = Object.entries(frames).map(([event, data]): [string, z.ZodType[]] => [event, [data]])
  return Object.fromEntries([...heard, ...others].toSorted(([a], [b]) => a.localeCompare(b)))
}
