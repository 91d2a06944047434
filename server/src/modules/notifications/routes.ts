import { succeeded, success } from '../../platform/http/fields.ts'
import { type RouteTable, route } from '../../platform/http/route.ts'
import { Subscribe, Subscription, Unsubscribe, VapidPublicKey } from './schema.ts'
import { subscribePush, unsubscribePush } from './subscriptions.ts'
import { vapidOf } from './vapid.ts'

const endpoint = 'https://fcm.googleapis.com/fcm/send/eUyAH5g2ItA:APA91bE'

export const notificationRoutes: RouteTable = {
  tag: 'Notifications',
  routes: {
    getVapidPublicKey: route({
      kind: 'read',
      method: 'GET',
      path: '/api/notifications/vapid-public-key',
      access: 'public',
      summary: 'Get the key a browser subscribes with (its `applicationServerKey`)',
      response: VapidPublicKey,
      handler: async ({ services }) => ({ publicKey: vapidOf(services.config).publicKey }),
    }),
    subscribePush: route({
      kind: 'write',
      method: 'POST',
      path: '/api/notifications/subscribe',
      access: 'user',
      summary: 'Subscribe this browser to notifications',
      body: Subscribe,
      example: {
        endpoint,
        keys: {
          p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
          auth: 'BTBZMqHH6r4Tts7J_aSIgg',
        },
      },
      status: 201,
      response: Subscription,
      notIdempotent: true,
      handler: (ctx, { body }) => subscribePush(ctx, body),
    }),
    unsubscribePush: route({
      kind: 'write',
      method: 'POST',
      path: '/api/notifications/unsubscribe',
      access: 'user',
      summary:
        'Unsubscribe a browser from notifications: the one with this endpoint, or the one that this session subscribed',
      body: Unsubscribe,
      example: { endpoint },
      response: success,
      async handler(ctx, { body }) {
        await unsubscribePush(ctx, body.endpoint)
        return succeeded
      },
    }),
  },
}
