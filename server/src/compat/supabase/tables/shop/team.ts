import { refusedChange } from '../../failure.ts'
import { ofMember } from '../profiles.ts'
import { type Env, type Item, type TableView, owned, textOf, written } from '../table.ts'
import { shopId, shopOf, someId } from './configuration.ts'

/** The roles of the shop's screens, from ours. */
const roleWords: Record<string, string> = { owner: 'owner', admin: 'admin', agent: 'support_agent' }

function toRole(value: unknown): string {
  const word = textOf(value).toLowerCase().replace(/\s+/g, '_')
  const role = { owner: 'owner', admin: 'admin', order_manager: 'agent', support_agent: 'agent', agent: 'agent' }[word]
  if (!role)
    throw refusedChange(
      `There is no role ${JSON.stringify(value)}.`,
      'Roles: Owner, Admin, Order Manager, Support Agent.',
    )
  return role
}

export const teamMembers: TableView = {
  name: 'team_members',
  of: ['shop'],
  about: 'Who is in which shop. Inserting one invites a colleague; they join when they accept.',
  shop: 'shop_id',
  columns: {
    id: owned('userId'),
    shop_id: shopId,
    user_id: written('userId', (userId) => ({ userId })),
    role: written(
      ({ role }) => roleWords[role] ?? role,
      (value) => ({ role: toRole(value) }),
    ),
    created_at: owned(({ addedAt }) => addedAt ?? null),
  },
  key: 'user_id',
  list: {
    operation: 'listShops',
    also: ['listShopTeam'],
    form: 'list',
    async run(env, eq) {
      const shop = eq.get('shop_id')
      if (shop !== undefined) {
        const { data } = await env.call('listShopTeam', { params: { shopId: shop }, query: { limit: '200' } })
        return (data as Item[]).map((member) => ({ ...member, shopId: shop }))
      }
      // The shops of the caller, which is what a page asks for first.
      const { userId } = await env.actor()
      const { data } = await env.call('listShops', { query: { limit: '200' } })
      return (data as Item[]).map(({ id, role, createdAt }) => ({ shopId: id, userId, role, addedAt: createdAt }))
    },
  },
  embeds: {
    profiles: {
      table: 'profiles',
      cardinality: 'one',
      operations: ['listShopTeam'],
      items: async (env, { userId, shopId, name, email, avatarUrl }) => {
        if (name !== undefined) return [ofMember({ id: userId, name, email, avatar: avatarUrl })]
        return memberOf(env, shopId, userId)
      },
    },
    shops: {
      table: 'shops',
      cardinality: 'one',
      operations: ['getShop'],
      items: async ({ call }, { shopId }) => [await call('getShop', { params: { shopId } })],
    },
  },
  insert: {
    operation: 'inviteTeammate',
    example: { shop_id: someId, user_id: someId, role: 'support_agent' },
    async run(env, { shop_id, user_id }, { role }) {
      const shop = await shopOf(env, shop_id)
      await env.call('inviteTeammate', { params: { shopId: shop }, body: { userId: user_id, role: role ?? 'agent' } })
      return { shopId: shop, userId: user_id, role: role ?? 'agent' }
    },
  },
  update: {
    operation: 'changeTeammate',
    example: { role: 'admin' },
    run: ({ call }, { shopId, userId }, _, { role }) =>
      call('changeTeammate', { params: { shopId, userId }, body: { role } }).then((member: Item) => ({
        ...member,
        shopId,
      })),
  },
  remove: {
    operation: 'removeTeammate',
    run: ({ call }, { shopId, userId }) => call('removeTeammate', { params: { shopId, userId } }),
  },
}

/** The teams that a request has read already. */
const teams = new WeakMap<Env, Map<string, Promise<Item[]>>>()

function teamOf(env: Env, shopId: string): Promise<Item[]> {
  const known = teams.get(env) ?? new Map<string, Promise<Item[]>>()
  teams.set(env, known)
  const team =
    known.get(shopId) ??
    env.call('listShopTeam', { params: { shopId }, query: { limit: '200' } }).then(({ data }) => data as Item[])
  known.set(shopId, team)
  return team
}

export async function memberOf(env: Env, shop: unknown, userId: unknown): Promise<Item[]> {
  const team = await teamOf(env, textOf(shop))
  return team
    .filter((member) => member.userId === userId)
    .map((member) => ofMember({ id: member.userId, name: member.name, email: member.email, avatar: member.avatarUrl }))
}
