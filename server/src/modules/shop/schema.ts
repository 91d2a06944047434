import { z } from 'zod'
import { role } from '../identity/schema.ts'
import { integrationStatuses } from '../integrations/schema.ts'
import { clearable, id, instant, optional, text } from '../../platform/http/fields.ts'

/** A page of a list, as the shop's front-end names it. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({
    data: z.array(item).describe('The shop list, one page of it.'),
    nextCursor: z.string().nullable().describe('Send it as `cursor` to get the next page; null on the last page.'),
  })

const currencies = new Set(Intl.supportedValuesOf('currency'))

export const name = text(200)
export const description = text(5000)
export const currency = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => currencies.has(code), 'Give a currency by its ISO 4217 code, like EUR.')

export const ShopSummary = z.object({
  id: id.describe('Id of the shop.'),
  name: z.string().describe('Name of the shop.'),
  description: z.string().nullable().describe('Text for customers.'),
  currency: z.string().describe('ISO 4217 code that new products are priced in.'),
  role: role.nullable().describe("The caller's role in the shop."),
  orderMails: z.boolean().describe('True when customers get mails about their orders.'),
  reserveStockMinutes: z
    .int()
    .describe('An order from the public page that is not paid after this many minutes is cancelled.'),
  createdAt: instant.describe('When the shop was created.'),
  updatedAt: instant.describe('When the shop was last changed.'),
})

export const Teammate = z.object({
  userId: id.describe('The member.'),
  name: z.string().nullable().describe('Name that others see.'),
  email: z.string().describe('E-mail address.'),
  avatarUrl: z.string().nullable().describe('Address of the picture.'),
  role: role.describe('What the member may do.'),
  addedAt: instant.describe('When the member joined.'),
})

/** How a shop stands with a platform. The token itself is never shown. */
const ShopConnection = z.object({
  isConnected: z.boolean().describe('True when messages can be sent and received.'),
  status: z.enum(integrationStatuses).describe('`error` when it stopped working.'),
  pageId: z.string().nullable().describe('Id of the account at the platform: a page or a bot.'),
  accountName: z.string().nullable().describe('Name of the account at the platform.'),
  expiresAt: instant.nullable().describe("When the platform's token expires; null: never."),
  lastSync: instant.nullable().describe('When messages were last exchanged.'),
})

export const Shop = ShopSummary.extend({
  ownerId: id.nullable().describe('The user who owns the shop.'),
  team: z
    .array(
      z.object({
        userId: id.describe('The member.'),
        role: role.describe('What the member may do.'),
        addedAt: instant.describe('When the member joined.'),
      }),
    )
    .describe('The members of the shop.'),
  integrations: z.record(z.string(), ShopConnection).describe('The connected channels, by platform.'),
})
export const NewShop = z.object({
  name: name.describe('Name of the shop.'),
  description: optional(description).describe('Text for customers.'),
  currency: optional(currency).describe("ISO 4217 code that new products are priced in. Default: the workspace's."),
})
export type NewShop = z.output<typeof NewShop>
export const ShopChanges = z.object({
  name: optional(name).describe('Name of the shop.'),
  description: clearable(description).describe('Text for customers. `null` empties it.'),
  currency: optional(currency).describe('Three-letter ISO 4217 code, like `USD`.'),
  orderMails: optional(z.boolean()).describe('False to send customers no mails about their orders.'),
  reserveStockMinutes: optional(z.int().min(15).max(43_200)).describe(
    'Minutes after which an unpaid order from the public page is cancelled and its stock returned: 15 to 43,200 (30 days). Default: 1,440 (a day).',
  ),
})
export type ShopChanges = z.output<typeof ShopChanges>

/** Somebody by their address, or somebody I share another shop or workspace with by their id. */
export const NewTeammate = z
  .object({
    email: optional(z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))).describe(
      'Address of the person; one without an account is invited by mail.',
    ),
    userId: optional(id).describe('A user of this server, instead of the address.'),
    role: role.default('agent').describe('What the member may do.'),
  })
  .refine(({ email, userId }) => email !== undefined || userId !== undefined, {
    message: 'Say who: an e-mail address or a user id.',
    path: ['email'],
  })
export type NewTeammate = z.output<typeof NewTeammate>
export const TeamInvitation = z.object({
  id: id.describe('Id of the invitation.'),
  email: z.string().describe('E-mail address.'),
  role: role.describe('The role the new member gets.'),
  token: z.string().describe('Accepts the invitation. Shown once, here and in the mail.'),
  acceptUrl: z.string().describe('The page the mail leads to.'),
  createdAt: instant.describe('When it was sent.'),
  expiresAt: instant.describe('When the invitation stops working.'),
})
