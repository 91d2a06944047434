import { z } from 'zod'
import { id, textFile } from '../../platform/http/fields.ts'
import { FileResponse, type RouteTable, route } from '../../platform/http/route.ts'
import { serverContext } from '../../platform/services.ts'
import { verifyChallenge, verifyDelivery, platformOf } from '../integrations/index.ts'
import { processUpdates } from './messages/inbound.ts'

const params = z.object({
  platform: z.string().max(60).describe('`facebook`, `instagram`, `tiktok`, `telegram`, `viber` or `whatsapp`.'),
})

/** The webhooks of the social platforms. Their messages are conversations, so they belong to the inbox. */
export const webhookRoutes: RouteTable = {
  tag: 'Webhooks',
  routes: {
    verifyWebhook: route({
      kind: 'nontransactional',
      method: 'GET',
      path: '/webhook/:platform',
      access: 'public',
      summary: "Confirm to Meta that a webhook is this server's: returns the challenge when the verify token is right",
      rawBody: true,
      params,
      query: z.object({
        shopId: id
          .optional()
          .describe("The shop that the platform's app belongs to. Left out: the installation's own app."),
        'hub.mode': z.string().max(100).optional().describe('`subscribe`, as Meta sends it.'),
        'hub.verify_token': z.string().max(500).optional().describe('The verify token that was entered at Meta.'),
        'hub.challenge': z.string().max(500).optional().describe('Returned as it is when the token is right.'),
      }),
      response: textFile('text/plain'),
      errors: [403, 409],
      async handler({ services }, { params, query }) {
        platformOf(params.platform)
        const challenge = verifyChallenge(services, query.shopId, {
          mode: query['hub.mode'],
          token: query['hub.verify_token'],
          challenge: query['hub.challenge'],
        })
        return new FileResponse(challenge, { 'content-type': 'text/plain; charset=utf-8' })
      },
    }),
    receiveWebhook: route({
      kind: 'nontransactional',
      method: 'POST',
      path: '/webhook/:platform',
      access: 'public',
      summary: 'Receive what a social platform posts, signed as it documents; with `shopId`, for that workspace alone',
      rawBody: true,
      notIdempotent: true,
      params,
      query: z.object({
        shopId: id
          .optional()
          .describe("The shop that the platform's app belongs to. Left out: the installation's own app."),
      }),
      response: z.object({
        received: z.literal(true).describe('Always true: the delivery was stored.'),
      }),
      errors: [401, 409],
      async handler({ services }, { params, query, request }) {
        const platform = platformOf(params.platform)
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const delivery = { headers: request.headers, body }
        const { claimed, unclaimed } = await verifyDelivery(services, platform, query.shopId, delivery)
        for (const { workspaceId, events } of claimed) {
          await processUpdates(serverContext(services, { workspaceId }), platform, events)
        }
        if (unclaimed > 0) {
          services.metrics
            .counter(
              'switchboard_webhooks_unclaimed_total',
              'Deliveries for accounts to which no workspace is connected.',
            )
            .add(`platform="${platform}"`, unclaimed)
          services.log.warn(
            { platform },
            'A platform sent a webhook for an account to which no workspace is connected.',
          )
        }
        return { received: true as const }
      },
    }),
  },
}
