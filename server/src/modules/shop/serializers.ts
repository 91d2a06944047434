import type { z } from 'zod'
import type { Member } from '../identity/index.ts'
import type { PlatformState } from '../integrations/index.ts'
import type { Role } from '../../platform/access.ts'
import type * as schema from './schema.ts'
import type { inviteTeammate } from './team.ts'

// The shop's front-end uses camelCase names and decimal amounts. Only this file and the `serializers.ts` of each folder
// convert to them.

/** Converts a page of rows to the shop API's page. */
export const toList = <R, T>(page: { data: R[]; next_cursor: string | null }, toItem: (row: R) => T) => ({
  data: page.data.map(toItem),
  nextCursor: page.next_cursor,
})

export interface ShopRow {
  id: string
  name: string
  description: string | null
  order_mails: boolean
  reserve_stock_minutes: number
  currency: string
  role: Role | null
  created_at: string
  updated_at: string
  team: { user_id: string; role: Role; added_at: string }[]
}

export const toShopSummary = (row: Omit<ShopRow, 'team'>): z.input<typeof schema.ShopSummary> => ({
  id: row.id,
  name: row.name,
  description: row.description,
  currency: row.currency,
  role: row.role,
  orderMails: row.order_mails,
  reserveStockMinutes: row.reserve_stock_minutes,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toShop = (row: ShopRow, platforms: PlatformState[]): z.input<typeof schema.Shop> => ({
  ...toShopSummary(row),
  integrations: Object.fromEntries(
    platforms.map(({ platform, accountId, ...state }) => [platform, { ...state, pageId: accountId }]),
  ),
  ownerId: row.team.find(({ role }) => role === 'owner')?.user_id ?? null,
  team: row.team.map(({ user_id, role, added_at }) => ({ userId: user_id, role, addedAt: added_at })),
})

export const toTeammate = (row: Member): z.input<typeof schema.Teammate> => ({
  userId: row.user_id,
  name: row.name,
  email: row.email,
  avatarUrl: row.avatar_url,
  role: row.role,
  addedAt: row.created_at,
})

type Invitation = Awaited<ReturnType<typeof inviteTeammate>>

export const toInvitation = (row: Invitation): z.input<typeof schema.TeamInvitation> => ({
  id: row.id,
  email: row.email,
  role: row.role,
  token: row.token,
  acceptUrl: row.accept_url,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})
