import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'

const phoneNumber = z.string().trim().min(3).max(50)

export const Client = z
  .object({
    id: id.describe('Id of the client.'),
    user_id: id.describe('The member who made the client.'),
    name: z.string().describe('Name of the business.'),
    phone_number: z.string().nullable().describe("The client's number in E.164 form."),
    profession: z.string().nullable().describe('What the business does, like `dentist`.'),
    voice_id: z.string().nullable().describe('Id of the voice at the speech provider.'),
    voice_name: z.string().nullable().describe('Name of the voice for people.'),
    system_prompt: z.string().nullable().describe('Instructions for the assistant that answers.'),
    is_active: z.boolean().describe('False: the client is kept, and no calls are answered for it.'),
    created_at: instant.describe('When the client was created.'),
    updated_at: instant.describe('When the client was last changed.'),
  })
  .meta({ id: 'Client' })

export const NewClient = z
  .object({
    name: text(255).describe('Name of the business.'),
    phone_number: optional(phoneNumber).describe("The client's number in E.164 form."),
    profession: optional(z.string().max(255)).describe('What the business does, like `dentist`.'),
    voice_id: optional(z.string().max(255)).describe('Id of the voice at the speech provider.'),
    voice_name: optional(z.string().max(255)).describe('Name of the voice for people.'),
    system_prompt: optional(z.string().max(50_000)).describe('Instructions for the assistant that answers.'),
    is_active: optional(z.boolean()).describe('False: the client is kept, and no calls are answered for it.'),
  })
  .meta({ id: 'NewClient' })

export const ClientChanges = z
  .object({
    name: optional(text(255)).describe('Name of the business.'),
    phone_number: clearable(phoneNumber).describe("The client's number in E.164 form. `null` empties it."),
    profession: clearable(z.string().max(255)).describe('What the business does, like `dentist`. `null` empties it.'),
    voice_id: clearable(z.string().max(255)).describe('Id of the voice at the speech provider. `null` empties it.'),
    voice_name: clearable(z.string().max(255)).describe('Name of the voice for people. `null` empties it.'),
    system_prompt: clearable(z.string().max(50_000)).describe(
      'Instructions for the assistant that answers. `null` empties it.',
    ),
    is_active: optional(z.boolean()).describe('False: the client is kept, and no calls are answered for it.'),
  })
  .meta({ id: 'ClientChanges' })

export const ClientQuery = page().extend({
  userId: id
    .optional()
    .describe("Only those of this member. Members without an administrator's role may only ask for their own."),
  is_active: z.stringbool().optional().describe('Only active, or only inactive clients.'),
})

export type Client = z.output<typeof Client>
export type NewClient = z.output<typeof NewClient>
export type ClientChanges = z.output<typeof ClientChanges>
export type ClientQuery = z.output<typeof ClientQuery>
