import { z } from 'zod'
import { role } from '../identity/schema.ts'
import { integrationStatuses } from '../integrations/schema.ts'
import { clearable, id, instant, optional, text } from '../../platform/http/fields.ts'

/** One page of a list, with the field names of the shop's front-end. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({
    data: z.array(item).describe('The items of this page.'),
    nextCursor: z.string().nullable().describe('Send it as `cursor` to get the next page; null on the last page.'),
  })

const currencies = new Set(Intl.supportedValuesOf('currency'))

export const name = text(200)
export const description = text(5000)
export const currency = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => currencies.has(code), 'Must be an ISO 4217 currency code, such as EUR.')

export const ShopSummary = z.object({
  id: id.describe('Id of the shop.'),
  name: z.string().describe('Name of the shop.'),
  description: z.string().nullable().describe('Text for customers.'),
  currency: z.string().describe('ISO 4217 code that new products are priceItems in.'),
  role: role.nullable().describe("The caller's role in the shop."),
  orderMails: z.boolean().describe('True when customers receive e-mails about their orders.'),
  reserveStockMinutes: z.int().describe('Minutes after which an unpaid order from the public page is cancelled.'),
  createdAt: instant.describe('When the shop was created.'),
  updatedAt: instant.describe('When the shop was last changed.'),
})

export const Teammate = z.object({
  userId: id.describe('User id of the member.'),
  name: z.string().nullable().describe('Display name.'),
  email: z.string().describe('E-mail address.'),
  avatarUrl: z.string().nullable().describe('URL of the profile picture.'),
  role: role.describe("The member's role, which determines their permissions."),
  addedAt: instant.describe('When the member joined.'),
})

/** The connection of a shop to a platform. It never contains the token. */
const ShopConnection = z.object({
  isConnected: z.boolean().describe('True when messages can be sent and received.'),
  status: z.enum(integrationStatuses).describe('State of the connection. `error`: it stopped working.'),
  pageId: z.string().nullable().describe("The platform's id of the connected account: a page or a bot."),
  accountName: z.string().nullable().describe('Name of the connected account on the platform.'),
  expiresAt: instant.nullable().describe("When the platform's token expires. `null`: it does not expire."),
  lastSync: instant.nullable().describe('When a message was last sent or received.'),
})

export const Shop = ShopSummary.extend({
  ownerId: id.nullable().describe('User id of the owner of the shop.'),
  team: z
    .array(
      z.object({
        userId: id.describe('User id of the member.'),
        role: role.describe("The member's role, which determines their permissions."),
        addedAt: instant.describe('When the member joined.'),
      }),
    )
    .describe('The members of the shop.'),
  integrations: z.record(z.string(), ShopConnection).describe('The connected channels, by platform.'),
})
export const NewShop = z.object({
  name: name.describe('Name of the shop.'),
  description: optional(description).describe('Text for customers.'),
  currency: optional(currency).describe("ISO 4217 code that new products are priceItems in. Default: the workspace's."),
})
export type NewShop = z.output<typeof NewShop>
export const ShopChanges = z.object({
  name: optional(name).describe('Name of the shop.'),
  description: clearable(description).describe('Text for customers. `null` clears it.'),
  currency: optional(currency).describe('Three-letter ISO 4217 code, such as `USD`.'),
  orderMails: optional(z.boolean()).describe('False to stop e-mails to customers about their orders.'),
  reserveStockMinutes: optional(z.int().min(15).max(43_200)).describe(
    'Minutes after which an unpaid order from the public page is cancelled and its stock returned: 15 to 43,200 (30 days). Default: 1,440 (1 day).',
  ),
})
export type ShopChanges = z.output<typeof ShopChanges>

/** The size of a shop's configuration, as JSON. */
export const maxConfigurationBytes = 512 * 1024

/** What a front-end keeps about a shop. Only the front-end reads it; nothing here changes what the server does. */
export const Configuration = z
  .record(z.string().regex(/^[A-Za-z][\w-]{0,59}$/, 'Must be a letter followed by letters, digits, - and _.'), z.json())
  .describe("The front-end's own settings, texts and lists, at most 512 KiB in all.")
export type Configuration = z.output<typeof Configuration>

/** A person by e-mail address, or by user id when the caller shares another shop or workspace with them. */
export const NewTeammate = z
  .object({
    email: optional(z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'))).describe(
      'E-mail address of the person to invite. They do not need an account.',
    ),
    userId: optional(id).describe('User id of the person to invite, instead of the e-mail address.'),
    role: role.default('agent').describe('What the member may do.'),
  })
  .refine(({ email, userId }) => email !== undefined || userId !== undefined, {
    message: 'email or userId is required.',
    path: ['email'],
  })
export type NewTeammate = z.output<typeof NewTeammate>
export const TeamInvitation = z.object({
  id: id.describe('Id of the invitation.'),
  email: z.string().describe('E-mail address.'),
  role: role.describe('The role the new member gets.'),
  token: z.string().describe('Token that accepts the invitation. It is shown only here and in the e-mail.'),
  acceptUrl: z.string().describe('URL of the page that the e-mail links to.'),
  createdAt: instant.describe('When the invitation was sent.'),
  expiresAt: instant.describe('When the invitation expires.'),
})
