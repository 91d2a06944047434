import { z } from 'zod'
import { clearable, id, instant, optional, page, pageNumber, perPage, text } from '../../../platform/http/fields.ts'

const phoneNumber = z.string().trim().min(3).max(50)

export const Client = z
  .object({
    id: id.describe('Id of the client.'),
    user_id: id.describe('User id of the member who created the client.'),
    name: z.string().describe('Name of the client.'),
    phone_number: z.string().nullable().describe("The client's number in E.164 form."),
    profession: z.string().nullable().describe('Profession of the client, such as `dentist`.'),
    location: z.string().nullable().describe('Where the client is, such as `Lisbon, Portugal`.'),
    description: z.string().nullable().describe('What the client does.'),
    voice_id: z.string().nullable().describe("The speech provider's id of the voice."),
    voice_name: z.string().nullable().describe('Display name of the voice.'),
    system_prompt: z.string().nullable().describe('Instructions for the assistant.'),
    is_active: z.boolean().describe('False when no calls are answered for the client.'),
    created_at: instant.describe('When the client was created.'),
    updated_at: instant.describe('When the client was last changed.'),
  })
  .meta({ id: 'Client' })

export const NewClient = z
  .object({
    name: text(255).describe('Name of the client.'),
    phone_number: optional(phoneNumber).describe("The client's number in E.164 form."),
    profession: optional(z.string().max(255)).describe('Profession of the client, such as `dentist`.'),
    location: optional(z.string().max(255)).describe('Where the client is, such as `Lisbon, Portugal`.'),
    description: optional(z.string().max(5000)).describe('What the client does.'),
    voice_id: optional(z.string().max(255)).describe("The speech provider's id of the voice."),
    voice_name: optional(z.string().max(255)).describe('Display name of the voice.'),
    system_prompt: optional(z.string().max(50_000)).describe('Instructions for the assistant.'),
    is_active: optional(z.boolean()).describe('False when no calls are answered for the client.'),
  })
  .meta({ id: 'NewClient' })

export const ClientChanges = z
  .object({
    name: optional(text(255)).describe('Name of the client.'),
    phone_number: clearable(phoneNumber).describe("The client's number in E.164 form. `null` clears it."),
    profession: clearable(z.string().max(255)).describe(
      'Profession of the client, such as `dentist`. `null` clears it.',
    ),
    location: clearable(z.string().max(255)).describe(
      'Where the client is, such as `Lisbon, Portugal`. `null` clears it.',
    ),
    description: clearable(z.string().max(5000)).describe('What the client does. `null` clears it.'),
    voice_id: clearable(z.string().max(255)).describe("The speech provider's id of the voice. `null` clears it."),
    voice_name: clearable(z.string().max(255)).describe('Display name of the voice. `null` clears it.'),
    system_prompt: clearable(z.string().max(50_000)).describe('Instructions for the assistant. `null` clears it.'),
    is_active: optional(z.boolean()).describe('False when no calls are answered for the client.'),
  })
  .meta({ id: 'ClientChanges' })

export const ClientQuery = page().extend({
  userId: id
    .optional()
    .describe('Only clients of this member. Members who are not administrators can only filter by their own id.'),
  is_active: z.stringbool().optional().describe('True: only active clients. False: only inactive clients.'),
  page: pageNumber.optional().describe('Page number, from 1. Use it instead of `cursor`.'),
  per_page: perPage.optional().describe('Clients per page, with `page`.'),
})

export const ClientPage = z.object({
  data: z.array(Client).describe('The clients, newest first.'),
  next_cursor: z.string().nullable().describe('Send it as `cursor` to get the next page; null on the last page.'),
  total: z.number().int().describe('Number of clients on all pages.'),
  page: z.number().int().describe('Page number.'),
  per_page: z.number().int().describe('Clients per page.'),
})

export type Client = z.output<typeof Client>
export type NewClient = z.output<typeof NewClient>
export type ClientChanges = z.output<typeof ClientChanges>
export type ClientQuery = z.output<typeof ClientQuery>
