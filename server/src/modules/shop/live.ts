import { z } from 'zod'
import { type SocketCommand, socketCommand } from '../../platform/sockets/commands.ts'
import { ChatMessage, Conversation } from './conversations/schema.ts'
import { Order } from './orders/schema.ts'
import { getShop } from './shops.ts'

/**
 * Members receive the frames of their shops without joining: `shop:join` only confirms that the caller has access, and
 * `shop:leave` only that it was received.
 */
export const shopCommands: SocketCommand[] = [
  socketCommand({
    event: 'shop:join',
    access: 'workspace:read',
    data: z.object({ shopId: z.uuid() }),
    async handle(ctx, socket, { shopId }) {
      await getShop(ctx)
      socket.send('shop:joined', { shopId })
    },
  }),
  socketCommand({
    event: 'shop:leave',
    access: 'workspace:read',
    data: z.object({ shopId: z.uuid() }),
    async handle(ctx, socket, { shopId }) {
      await getShop(ctx)
      socket.send('shop:left', { shopId })
    },
  }),
]

/** The frames of a shop, with the field names of its API. */
export const shopFrames = {
  'message:new': ChatMessage.extend({ shopId: z.uuid() }),
  'message:update': ChatMessage,
  'conversation:update': Conversation.omit({ messages: true }),
  'order:update': Order,
  'form:submitted': z.object({ id: z.uuid(), formId: z.uuid(), formName: z.string(), customerId: z.uuid().nullable() }),
  'shop:joined': z.object({ shopId: z.uuid() }),
  'shop:left': z.object({ shopId: z.uuid() }),
}
