import { type RouteTable, route } from '../../platform/http/route.ts'
import { appointmentRoutes } from './appointments/routes.ts'
import { leadRoutes } from './campaign-leads/routes.ts'
import { conversationRoutes } from './conversations/routes.ts'
import { handoffRoutes } from './handoffs/routes.ts'
import { propertyRoutes } from './properties/routes.ts'
import { prospectRoutes } from './prospects/routes.ts'
import { routingRoutes } from './routing/routes.ts'
import { teamRoutes } from './team/routes.ts'
import { DatabaseTest, testDatabase } from './test-db.ts'

export const salesRoutes: RouteTable = {
  tag: 'Sales',
  routes: {
    ...propertyRoutes,
    ...prospectRoutes,
    ...conversationRoutes,
    ...appointmentRoutes,
    ...handoffRoutes,
    ...routingRoutes,
    ...leadRoutes,
    ...teamRoutes,
    testDatabase: route({
      kind: 'read',
      method: 'GET',
      path: '/api/test-db',
      access: 'public',
      summary: 'Test the database connection and count the public rows',
      response: DatabaseTest,
      handler: (ctx) => testDatabase(ctx),
    }),
  },
}
