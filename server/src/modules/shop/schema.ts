import { z } from 'zod'
import { role } from '../identity/schema.ts'
import { integrationStatuses } from '../integrations/schema.ts'
import { clearable, id, instant, optional, text } from '../../platform/http/fields.ts'

/** A page of a list, as the shop's front-end names it. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() })

const currencies = new Set(Intl.supportedValuesOf('currency'))

export const name = text(200)
export const description = text(5000)
export const currency = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => currencies.has(code), 'Give a currency by its ISO 4217 code, like EUR.')

export const ShopSummary = z.object({
  id,
  name: z.string(),
  description: z.string().nullable(),
  /** ISO 4217: what new products are priced in. */
  currency: z.string(),
  /** Mine in it. */
  role: role.nullable(),
  createdAt: instant,
  updatedAt: instant,
})

export const Teammate = z.object({
  userId: id,
  name: z.string().nullable(),
  email: z.string(),
  avatarUrl: z.string().nullable(),
  role,
  addedAt: instant,
})

/** How a shop stands with a platform. The token itself is never shown. */
const ShopConnection = z.object({
  isConnected: z.boolean(),
  status: z.enum(integrationStatuses),
  /** The account at the platform: a page, a bot. */
  pageId: z.string().nullable(),
  accountName: z.string().nullable(),
  expiresAt: instant.nullable(),
  lastSync: instant.nullable(),
})

export const Shop = ShopSummary.extend({
  ownerId: id.nullable(),
  team: z.array(z.object({ userId: id, role, addedAt: instant })),
  /** By platform: facebook, instagram, tiktok, telegram, viber, whatsapp. */
  integrations: z.record(z.string(), ShopConnection),
})
export const NewShop = z.object({ name, description: optional(description), currency: optional(currency) })
export type NewShop = z.output<typeof NewShop>
export const ShopChanges = z.object({
  name: optional(name),
  description: clearable(description),
  currency: optional(currency),
})
export type ShopChanges = z.output<typeof ShopChanges>

/** Somebody by their address, or somebody I share another shop or workspace with by their id. */
export const NewTeammate = z
  .object({
    email: optional(z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))),
    userId: optional(id),
    role: role.default('agent'),
  })
  .refine(({ email, userId }) => email !== undefined || userId !== undefined, {
    message: 'Say who: an e-mail address or a user id.',
    path: ['email'],
  })
export type NewTeammate = z.output<typeof NewTeammate>
export const TeamInvitation = z.object({
  id,
  email: z.string(),
  role,
  token: z.string(),
  acceptUrl: z.string(),
  createdAt: instant,
  expiresAt: instant,
})
