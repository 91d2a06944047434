import type { RouteTable } from '../../platform/http/route.ts'
import { conversationRoutes } from './conversations/routes.ts'
import { formRoutes } from './forms/routes.ts'
import { orderRoutes } from './orders/routes.ts'
import { productRoutes } from './products/routes.ts'
import { shopProfileRoutes } from './shop-routes.ts'

export const shopRoutes: RouteTable = {
  tag: 'Shop',
  routes: { ...shopProfileRoutes, ...productRoutes, ...conversationRoutes, ...orderRoutes, ...formRoutes },
}
