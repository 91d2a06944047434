import type { RouteTable } from '../../platform/http/route.ts'
import { chatMemberRoutes } from './member-routes.ts'
import { messageRoutes } from './messages/routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { chatRoutes as routesOfChats } from './chat-routes.ts'

export const chatRoutes: RouteTable = {
  tag: 'Chat',
  routes: { ...routesOfChats, ...chatMemberRoutes, ...messageRoutes, ...peopleRoutes },
}
