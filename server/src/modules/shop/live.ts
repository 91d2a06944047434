import { z } from 'zod'
import { type SocketCommand, socketCommand } from '../../platform/sockets/commands.ts'
import { ChatMessage, Conversation } from './conversations/schema.ts'
import { Order } from './orders/schema.ts'
import { getShop } from './shops.ts'

/** Members hear of their shops without joining; a client that asks for one learns whether it may. */
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
]

/** Frames of a shop, in the words of its API. */
export const shopFrames = {
  'message:new': ChatMessage.extend({ shopId: z.uuid() }),
  'message:update': ChatMessage,
  'conversation:update': Conversation.omit({ messages: true }),
  'order:update': Order,
  'form:submitted': z.object({ id: z.uuid(), formId: z.uuid(), formName: z.string(), customerId: z.uuid().nullable() }),
  'shop:joined': z.object({ shopId: z.uuid() }),
}
