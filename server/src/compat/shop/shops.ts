import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { badRequest } from '../../platform/errors.ts'
import { id, page } from '../../platform/http/fields.ts'
import { adapt } from '../adapt.ts'
import { composite } from '../composite.ts'
import type { Adapted } from '../front-end.ts'
import { inData, list, listInData, single } from './answers.ts'
import { type ConfigurationPart, configurationParts, withDefaults } from './configuration.ts'
import { WholeShop, documentOperations, findSubscription, readWholeShop, toWholeShop } from './document.ts'
import { conversationOperations, saveConversations, SentConversation } from './saved-conversations.ts'

const ofShop = z.object({ shopId: id.describe('Id of the shop.') })

const ownParts = Object.fromEntries(
  configurationParts.map((part) => [part, z.json().optional().describe('Kept as it is.')]),
) as Record<ConfigurationPart, z.ZodOptional<z.ZodJSONSchema>>

const NewShop = z.object({
  name: z.string().describe('Name of the shop.'),
  description: z.string().nullish().describe('Text for customers.'),
  currency: z.string().optional().describe('ISO 4217 code.'),
  ...ownParts,
})

/** The whole shop as it is sent back. Products, forms and orders in it are not saved: they have requests of their own. */
const SentShop = z.object({
  name: z.string().optional().describe('Name of the shop.'),
  description: z.string().nullable().optional().describe('Text for customers.'),
  currency: z.string().optional().describe('ISO 4217 code.'),
  team: z
    .json()
    .optional()
    .describe('Refused when it is all that is sent: members are invited and changed at `…/team`.'),
  subscription: z.json().optional().describe('Refused when it is all that is sent: a plan is chosen at `…/upgrade`.'),
  liveConversations: z
    .array(SentConversation)
    .optional()
    .describe('Labels, notes and read marks that were changed in it are saved.'),
  ...ownParts,
})

/** Fields of the document that the server owns and that a member cannot have meant to change. */
const ownedByServer = ['id', 'ownerId', 'role', 'createdAt', 'updatedAt', 'integrations', 'isFacebookConnected']

/** 4 MiB: the document comes with everything that it embeds. */
const documentBytes = 4 * 1024 * 1024

/** What each of these fields is changed by, instead of this document. */
const elsewhere = {
  team: 'Members are invited with POST …/team and changed with PUT …/team/:userId.',
  subscription: 'A plan is chosen with POST …/upgrade.',
} as const

export const shopRequests: Record<string, Adapted> = {
  getShops: adapt({
    operation: 'listShops',
    query: page(200),
    toRequest: ({ query }) => ({ query: { ...query, limit: String(query.limit) } }),
    response: listInData(WholeShop),
    toResponse: (answer) => list(answer, (shop) => toWholeShop(shop)),
  }),
  getShop: composite({
    kind: 'read',
    method: 'GET',
    path: '/api/shops/:shopId',
    access: 'workspace:read',
    summary: 'Get a whole shop: its settings with its newest products, forms, orders and conversations',
    params: ofShop,
    operations: documentOperations,
    response: inData(WholeShop),
    handler: async (call, { params }) => single(await readWholeShop(call, params)),
  }),
  createShop: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/shops',
    access: 'user',
    summary: 'Open a shop with its settings',
    body: NewShop,
    example: { name: 'Silva Ceramics', currency: 'EUR', quickNote: 'Order clay' },
    ignores: { body: ownedByServer },
    bodyLimitBytes: documentBytes,
    status: 201,
    operations: [...documentOperations, 'createShop', 'updateShopConfiguration'],
    response: inData(WholeShop),
    async handler(call, { body: { name, description, currency, ...parts } }) {
      const { id } = await call('createShop', { body: { name, description, currency } })
      const params = { shopId: id }
      const given = Object.entries(parts).filter(([, value]) => value !== undefined)
      if (given.length > 0) await call('updateShopConfiguration', { params, body: Object.fromEntries(given) })
      return single(await readWholeShop(call, params))
    },
  }),
  updateShop: composite({
    kind: 'nontransactional',
    method: 'PUT',
    path: '/api/shops/:shopId',
    access: 'workspace:read',
    summary: 'Save a whole shop: what was changed in its settings, and in the labels and notes of its conversations',
    params: ofShop,
    body: SentShop,
    example: { name: 'Silva Ceramics', quickNote: 'Order more clay', todos: [] },
    ignores: { body: ownedByServer },
    bodyLimitBytes: documentBytes,
    operations: [...documentOperations, ...conversationOperations, 'updateShop', 'updateShopConfiguration'],
    response: inData(WholeShop),
    async handler(call, { params, body, request }) {
      const shop = await call('getShop', { params })
      const { team, subscription, liveConversations = [], name, description, currency, ...parts } = body
      for (const field of ['team', 'subscription'] as const) {
        if (body[field] === undefined) continue
        if (Object.keys(body).length === 1) throw notHere(field)
      }
      const whole = toWholeShop(shop)
      if (team !== undefined && !isSameTeam(team, whole.team)) request.unknownFields.push('body.team')
      if (subscription !== undefined && isPlanChange(subscription, await planOf()))
        request.unknownFields.push('body.subscription')

      const given = { name, ...(description !== null && { description }), currency }
      const changes = Object.fromEntries(
        Object.entries(given).filter(([field, value]) => value !== undefined && value !== '' && value !== shop[field]),
      )
      if (Object.keys(changes).length > 0) await call('updateShop', { params, body: changes })

      const saved = withDefaults(await call('getShopConfiguration', { params }))
      const changed = Object.entries(parts).filter(
        ([part, value]) => value !== undefined && !isDeepStrictEqual(value, saved[part as ConfigurationPart]),
      )
      if (changed.length > 0) await call('updateShopConfiguration', { params, body: Object.fromEntries(changed) })
      await saveConversations(call, params, liveConversations)
      return single(await readWholeShop(call, params))

      async function planOf() {
        const found = shop.ownerId && (await findSubscription(call, shop.ownerId))
        return toWholeShop(shop, {}, found).subscription.plan
      }
    },
  }),
  upgradeSubscription: composite({
    kind: 'nontransactional',
    method: 'POST',
    path: '/api/shops/:shopId/upgrade',
    access: 'billing:write',
    summary: 'Choose the plan of a shop; it is active when it is paid for',
    params: ofShop,
    body: z.object({
      subscription_plan: z
        .string()
        .max(60)
        .describe("Id or name of the plan, with or without the front-end's `plan_`."),
    }),
    example: { subscription_plan: 'plan_starter' },
    errors: [409],
    operations: [...documentOperations, 'listPlans', 'choosePlan'],
    response: inData(WholeShop),
    async handler(call, { params, body }) {
      const wanted = body.subscription_plan.toLowerCase()
      const { data: plans } = await call('listPlans')
      const plan = (plans as { id: string; name: string }[]).find((plan) =>
        [plan.id, `plan_${plan.id}`, plan.name].some((word) => word.toLowerCase() === wanted),
      )
      if (!plan)
        throw badRequest('invalid_input', 'There is no such plan.', [
          { path: 'body.subscription_plan', message: 'There is no such plan.' },
        ])
      await call('getShop', { params })
      await call('choosePlan', { body: { plan_id: plan.id } })
      return single(await readWholeShop(call, params))
    },
  }),
}

const notHere = (field: keyof typeof elsewhere) =>
  badRequest('invalid_input', `${field} is not changed here. ${elsewhere[field]}`, [
    { path: `body.${field}`, message: elsewhere[field] },
  ])

/** Returns whether a document has the same members with the same roles. */
function isSameTeam(sent: unknown, team: readonly { userId: string; role: string }[]): boolean {
  const roles = (members: unknown) =>
    Array.isArray(members) ? members.map((member) => `${member?.userId} ${member?.role}`).toSorted() : []
  return isDeepStrictEqual(roles(sent), roles(team))
}

const isPlanChange = (sent: unknown, plan: string) =>
  typeof sent === 'object' && sent !== null && 'plan' in sent && sent.plan !== plan
