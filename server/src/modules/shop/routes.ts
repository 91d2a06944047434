import type { RouteTable } from '../../platform/http/route.ts'
import { conversationRoutes } from './conversation-routes.ts'
import { formRoutes } from './form-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { productRoutes } from './product-routes.ts'
import { shopProfileRoutes } from './shop-routes.ts'

export const shopRoutes: RouteTable = {
  tag: 'Shop',
  routes: { ...shopProfileRoutes, ...productRoutes, ...conversationRoutes, ...orderRoutes, ...formRoutes },
}
