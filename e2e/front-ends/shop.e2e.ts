import { after } from 'node:test'
import { testContract } from './contract.ts'
import type { Person } from './front-end.ts'
import { startPlatforms } from './platforms.ts'
import { checkAgent, checkOtherOwners, ofShop } from './shop/boundaries.ts'
import { checkForms, checkProducts } from './shop/catalogue.ts'
import { type Visit, checkConversations, checkVisit } from './shop/inbox.ts'
import { checkChannel, checkLogins, checkNotifications } from './shop/integrations.ts'
import { checkAuthentication, openShop } from './shop/opening.ts'
import { checkOrders, checkPaymentWebhooks, checkPayments } from './shop/orders.ts'
import type { Shop } from './shop/fixture.ts'

const platforms = await startPlatforms()
after(() => platforms[Symbol.dispose]())

const forVisitors = [
  'GET /api/public/shops/:shopId/products',
  'POST /api/public/shops/:shopId/conversations',
  'GET /api/public/shops/:shopId/conversations/:conversationId/messages',
  'POST /api/public/shops/:shopId/conversations/:conversationId/messages',
  'POST /api/public/shops/:shopId/forms/:formId/submissions',
  'POST /api/public/shops/:shopId/orders',
]

testContract(
  {
    name: 'the shop front-end: social commerce',
    open: [
      'POST /api/auth/register',
      'POST /api/auth/login',
      'POST /api/auth/refresh',
      'GET /oauth/facebook/callback',
      'GET /oauth/tiktok/callback',
      ...forVisitors,
    ],
    signedIn: [
      'POST /api/auth/logout',
      'GET /api/auth/me',
      'GET /api/shops',
      'POST /api/shops',
      'POST /api/notifications/subscribe',
      'POST /api/notifications/unsubscribe',
      ...ofShop,
    ],
    withoutInput: ['POST /api/auth/logout', 'GET /api/auth/me', 'GET /api/shops'],
    sent: ['shop:join', 'ping'],
    received: ['pong', 'message:new', 'conversation:update', 'order:update', 'notification'],
  },
  async (fixture) => {
    const { step, signUp } = fixture
    const bob = await signUp({ name: 'Bob' })
    let ana!: Person
    let shop!: Shop
    let visit!: Visit
    const ids: Record<string, string> = {}
    await step('authentication and users', async () => {
      ana = await checkAuthentication(fixture)
    })
    await step('shop management', async () => {
      shop = await openShop(fixture, ana, bob)
    })
    await step('products', async () => {
      ids.productId = await checkProducts(shop)
    })
    await step('a visitor writes, and the team answers', async () => {
      visit = await checkVisit(shop, ids.productId!)
    })
    await step('conversations', () => checkConversations(shop, visit))
    await step('orders', async () => {
      ids.orderId = await checkOrders(shop, visit, ids.productId!)
    })
    await step('forms', () => checkForms(shop))
    await step('payments', async () => {
      ids.id = await checkPayments(shop, ids.orderId!)
    })
    await step('webhooks of payments need a configuration', () => checkPaymentWebhooks(shop))
    await step('social media integrations and OAuth callbacks', () => checkLogins(shop))
    await step('messages from a channel are answered through it', () => checkChannel(shop, platforms))
    await step('notifications', () => checkNotifications(shop))
    Object.assign(ids, { shopId: shop.id, conversationId: visit.conversationId, platform: 'telegram' })
    await step('owners of other shops have no access', () => checkOtherOwners(shop, ids))
    await step('an agent may not change settings', () => checkAgent(shop, ids))
    shop.live[Symbol.dispose]()
  },
  platforms.settings,
)
