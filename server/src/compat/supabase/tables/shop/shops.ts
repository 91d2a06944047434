import { type Item, type TableView, field, fixed, owned, ownedFields, textOf } from '../table.ts'
import { configured, shopInFull, withParts } from './configuration.ts'

export const shops: TableView = {
  name: 'shops',
  of: ['shop'],
  about: 'The shops of the caller. The plan, the owner and the team are not set here.',
  shop: 'id',
  columns: {
    ...ownedFields('id', 'role'),
    name: field('name', 'Silva Ceramics'),
    description: field('description'),
    currency: field('currency'),
    owner_id: owned('ownerId'),
    logo_url: configured('logoUrl'),
    custom_url_slug: configured('customUrlSlug'),
    assistant_name: configured('assistantConfig.assistantName'),
    assistant_tone: configured('assistantConfig.tone'),
    assistant_model: configured('assistantConfig.selectedModel'),
    system_prompt: configured('assistantConfig.systemPrompt'),
    primary_language: configured('assistantConfig.language'),
    response_delay: configured('assistantConfig.responseDelay'),
    subscription_plan: fixed(null, 'See the workspace’s subscription.'),
    subscription_status: fixed(null),
    trial_ends_at: fixed(null),
    period_ends_at: fixed(null),
    is_facebook_connected: owned(({ integrations }) => Boolean(integrations?.facebook?.isConnected)),
    created_at: owned('createdAt'),
    updated_at: owned('updatedAt'),
  },
  list: {
    operation: 'listShops',
    also: ['getShop', 'getShopConfiguration'],
    form: 'list',
    async run(env, eq) {
      const wanted = eq.get('id')
      if (wanted !== undefined) return env.orNothing(() => shopInFull(env, wanted)).then((shop) => (shop ? [shop] : []))
      return (await env.call('listShops', { query: { limit: '200' } })).data
    },
  },
  embeds: {
    team_members: {
      table: 'team_members',
      cardinality: 'many',
      operations: ['getShop'],
      items: async ({ call }, { id, team }) => {
        const members: Item[] = team ?? (await call('getShop', { params: { shopId: id } })).team
        return members.map((member) => ({ ...member, shopId: id }))
      },
    },
    items: {
      table: 'items',
      cardinality: 'many',
      operations: ['listProducts'],
      items: async ({ call }, { id }) =>
        (await call('listProducts', { params: { shopId: id }, query: { limit: '200' } })).data,
    },
    forms: {
      table: 'forms',
      cardinality: 'many',
      operations: ['listForms'],
      items: async ({ call }, { id }) =>
        (await call('listForms', { params: { shopId: id }, query: { limit: '200' } })).data,
    },
  },
  insert: {
    operation: 'createShop',
    example: { name: 'Silva Ceramics', description: 'Mugs and bowls', currency: 'EUR' },
    run: ({ call }, _, body) => call('createShop', { body }),
  },
  update: {
    operation: 'updateShop',
    also: ['getShopConfiguration', 'updateShopConfiguration'],
    example: { name: 'Silva and Daughters', assistant_tone: 'friendly' },
    async run(env, { id, configuration }, _, given) {
      const isPart = ([name]: [string, unknown]) => name.startsWith('configured ')
      const parts = Object.fromEntries(
        Object.entries(given)
          .filter(isPart)
          .map(([name, value]) => [name.slice(11), value]),
      )
      const body = Object.fromEntries(Object.entries(given).filter((entry) => !isPart(entry)))
      const params = { shopId: textOf(id) }
      if (Object.keys(body).length > 0) await env.call('updateShop', { params, body })
      if (Object.keys(parts).length > 0)
        await env.call('updateShopConfiguration', { params, body: withParts((configuration ?? {}) as Item, parts) })
      return shopInFull(env, params.shopId)
    },
  },
  remove: { operation: 'deleteWorkspace', param: 'workspaceId' },
}
