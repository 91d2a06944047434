import { z } from 'zod'
import { id, instant, optional, text } from '../../platform/http/fields.ts'

export const integrationTypes = ['crm', 'telephony', 'calendar', 'messaging', 'email', 'social'] as const
export const integrationStatuses = ['connected', 'disconnected', 'error'] as const

/** As everybody may see it; the rest is for members. */
export const Integration = z.object({
  id: id.optional(),
  name: z.string(),
  type: z.enum(integrationTypes),
  status: z.enum(integrationStatuses),
  platform: z.string().optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  last_sync: instant.nullable().optional(),
  created_at: instant.optional(),
  updated_at: instant.optional(),
})

export const SaveIntegration = z.object({
  /** Changes this one; without it the one of this platform, or makes it. */
  id: optional(id),
  name: text(200),
  type: z.enum(integrationTypes),
  /** Default: made of the name. */
  platform: optional(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, 'Lower-case letters, digits, - and _.')),
  /** Of systems that are not connected through this server; of the others it is what is so. */
  status: optional(z.enum(integrationStatuses)),
  settings: z
    .record(z.string().max(100), z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]))
    .optional(),
  /** Write-only. */
  token: optional(z.string().max(4000)),
})
export type SaveIntegration = z.output<typeof SaveIntegration>

export const IntegrationChanges = SaveIntegration.omit({ id: true, platform: true }).partial()
export type IntegrationChanges = z.output<typeof IntegrationChanges>

/** A platform as the shop's front-end lists it. */
export const ShopIntegration = z.object({
  platform: z.string(),
  name: z.string(),
  type: z.enum(integrationTypes),
  isConnected: z.boolean(),
  status: z.enum(integrationStatuses),
  accountName: z.string().nullable(),
  error: z.string().nullable(),
  expiresAt: instant.nullable(),
  lastSync: instant.nullable(),
})

export const Connect = z.object({
  /** Of a bot, or of WhatsApp's business account: for telegram, viber and whatsapp. */
  token: optional(z.string().trim().max(4000)),
  phoneNumberId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')),
  businessAccountId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')),
  /** Another page of the Facebook login there is: one of `pages`. */
  pageId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')),
})
export type Connect = z.output<typeof Connect>

export const Credentials = z.object({
  clientId: optional(text(500)),
  clientSecret: optional(text(2000)),
  secretKey: optional(text(2000)),
  webhookSecret: optional(text(2000)),
  webhookId: optional(text(100)),
})
export type Credentials = z.output<typeof Credentials>

/** What a browser brings back from a platform, or out of our form. */
export const Callback = z.object({
  state: z.string().max(200).optional(),
  /** What the platform gave the browser; or the token that somebody entered in our form. */
  code: optional(z.string().trim().max(4000)),
  error: z.string().max(200).optional(),
  phoneNumberId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')),
  businessAccountId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')),
})
export type Callback = z.output<typeof Callback>
