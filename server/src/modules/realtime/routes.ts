import { type RouteTable, route } from '../../platform/http/route.ts'
import { Ticket } from './schema.ts'
import { createTicket } from './tickets.ts'

export const realtimeRoutes: RouteTable = {
  tag: 'Realtime',
  routes: {
    createRealtimeTicket: route({
      kind: 'write',
      method: 'POST',
      path: '/api/realtime/tickets',
      access: 'user',
      summary: 'Create a one-time ticket for /ws, for clients that can send neither header nor cookie',
      response: Ticket,
      notIdempotent: true,
      handler: (ctx) => createTicket(ctx),
    }),
  },
}
