import { z } from 'zod'
import { clearable, id, instant, optional, text } from '../../platform/http/fields.ts'

export const integrationTypes = ['crm', 'telephony', 'calendar', 'messaging', 'email', 'social'] as const
export const integrationStatuses = ['connected', 'disconnected', 'error'] as const

/** Optional fields are only for members. */
export const Integration = z.object({
  id: id.optional().describe('Id of the integration.'),
  name: z.string().describe('Display name.'),
  type: z.enum(integrationTypes).describe('The kind of system.'),
  status: z
    .enum(integrationStatuses)
    .describe('`error` when it stopped working; for systems that connect through this server it is set by the server.'),
  platform: z.string().optional().describe('The system, like `telegram` or `hubspot`.'),
  icon: z.string().nullable().optional().describe('Name or URL of its picture.'),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Settings of the integration, by name. Those that are secrets are left out.'),
  secret_settings: z
    .array(z.string())
    .optional()
    .describe(
      'Paths of the settings that are stored as secrets, such as `auth.apiKey`. Their values are never returned.',
    ),
  last_sync: instant.nullable().optional().describe('When data was last exchanged.'),
  created_at: instant.optional().describe('When the integration was created.'),
  updated_at: instant.optional().describe('When the integration was last changed.'),
})

export const SaveIntegration = z.object({
  id: optional(id).describe(
    'The connection to update. Without it, the one of this platform is updated, or a new one is created.',
  ),
  name: text(200).describe('Display name.'),
  type: z.enum(integrationTypes).describe('The kind of system.'),
  platform: optional(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, 'Lower-case letters, digits, - and _.')).describe(
    'The system in lower case, like `hubspot`. Default: made of the name.',
  ),
  status: optional(z.enum(integrationStatuses)).describe('Only for systems that do not connect through this server.'),
  icon: clearable(z.string().trim().max(2000)).describe('Name or URL of its picture. `null` clears it.'),
  settings: z
    .record(z.string().max(100), z.unknown())
    .refine((settings) => JSON.stringify(settings).length <= 16_000, 'Must be at most 16,000 characters as JSON.')
    .optional()
    .describe(
      'Settings of the integration, by name, as any JSON. Omitted ones keep their values. One whose name is that of a secret, such as `apiKey`, `token` or `password`, is write-only: it is stored encrypted and never returned.',
    ),
  last_sync: optional(instant).describe(
    'When data was last exchanged. Only for systems that do not connect through this server.',
  ),
  token: optional(z.string().max(4000)).describe(
    'A secret of the other system. Write-only: it is stored encrypted and never returned.',
  ),
})
export type SaveIntegration = z.output<typeof SaveIntegration>

export const IntegrationChanges = SaveIntegration.omit({ id: true, platform: true }).partial()
export type IntegrationChanges = z.output<typeof IntegrationChanges>

/** Changes with the id in the body instead of the path. */
export const IntegrationChangesById = IntegrationChanges.extend({ id: id.describe('Id of the integration.') })

/** A platform in the list of the shop's front-end. */
export const ShopIntegration = z.object({
  platform: z.string().describe('`facebook`, `instagram`, `tiktok`, `telegram`, `viber` or `whatsapp`.'),
  name: z.string().describe('Display name.'),
  type: z.enum(integrationTypes).describe('The kind of system.'),
  isConnected: z.boolean().describe('True when messages can be sent and received.'),
  status: z
    .enum(integrationStatuses)
    .describe('`error` when it stopped working; for systems that connect through this server it is set by the server.'),
  accountName: z.string().nullable().describe('Name of the account at the platform.'),
  error: z.string().nullable().describe('The error, when `status` is `error`.'),
  expiresAt: instant.nullable().describe("When the platform's token expires; null: never."),
  lastSync: instant.nullable().describe('When messages were last exchanged.'),
})

export const Connect = z.object({
  token: optional(z.string().trim().max(4000)).describe(
    "The token of the bot, or of WhatsApp's business account: for `telegram`, `viber` and `whatsapp`.",
  ),
  phoneNumberId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')).describe(
    "WhatsApp's id of the number to send from.",
  ),
  businessAccountId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')).describe(
    "WhatsApp's id of the business account.",
  ),
  pageId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')).describe(
    'For `facebook`: the id of another page of the same login.',
  ),
  code: optional(z.string().max(4000)).describe(
    'Refused: a code is only taken from the platform itself, at the address that `authUrl` leads to.',
  ),
})
export type Connect = z.output<typeof Connect>

export const Credentials = z.object({
  clientId: optional(text(500)).describe("Id of the workspace's own app at the platform."),
  clientSecret: optional(text(2000)).describe('Its secret. Write-only.'),
  secretKey: optional(text(2000)).describe('Secret key of the payment provider. Write-only.'),
  webhookSecret: optional(text(2000)).describe("Secret that signs the provider's webhooks. Write-only."),
  webhookId: optional(text(100)).describe("The provider's id of the webhook, a part of what PayPal signs."),
})
export type Credentials = z.output<typeof Credentials>

/** The parameters of a platform's redirect, or of our form. */
export const Callback = z.object({
  state: z.string().max(200).optional().describe('Ties the response to the browser that started the login.'),
  code: optional(z.string().trim().max(4000)).describe("The platform's code, or the token entered in the form."),
  error: z.string().max(200).optional().describe('Why the platform did not connect.'),
  phoneNumberId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')).describe(
    "WhatsApp's id of the number to send from.",
  ),
  businessAccountId: optional(z.string().regex(/^\d{1,30}$/, 'Digits.')).describe(
    "WhatsApp's id of the business account.",
  ),
})
export type Callback = z.output<typeof Callback>
