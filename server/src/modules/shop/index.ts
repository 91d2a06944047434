import type { Module } from '../../platform/module.ts'
import { shopCommands, shopFrames } from './live.ts'
import { mailCustomer } from './orders/mail-customer.ts'
import { cancelUnpaidOrders } from './orders/unpaid.ts'
import { paymentRoutes } from './payments/routes.ts'
import { publicShopRoutes } from './public-routes.ts'
import { shopRoutes } from './routes.ts'
import { mailCustomersOfShop, notifyShopTeam } from './subscribers.ts'

export const shop: Module = {
  name: 'shop',
  routes: [shopRoutes, publicShopRoutes, paymentRoutes],
  jobs: [mailCustomer, cancelUnpaidOrders],
  subscribers: [notifyShopTeam, mailCustomersOfShop],
  commands: shopCommands,
  frames: shopFrames,
}
