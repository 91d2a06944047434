import { z } from 'zod'
import { type SocketCommand, socketCommand } from '../realtime/index.ts'
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
