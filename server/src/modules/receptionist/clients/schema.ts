import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'

const phoneNumber = z.string().trim().min(3).max(50)

export const Client = z
  .object({
    id,
    user_id: id,
    name: z.string(),
    /** E.164. Calls to this number are answered for this client. */
    phone_number: z.string().nullable(),
    profession: z.string().nullable(),
    voice_id: z.string().nullable(),
    voice_name: z.string().nullable(),
    system_prompt: z.string().nullable(),
    is_active: z.boolean(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Client' })

export const NewClient = z
  .object({
    name: text(255),
    phone_number: optional(phoneNumber),
    profession: optional(z.string().max(255)),
    voice_id: optional(z.string().max(255)),
    voice_name: optional(z.string().max(255)),
    system_prompt: optional(z.string().max(50_000)),
    is_active: optional(z.boolean()),
  })
  .meta({ id: 'NewClient' })

export const ClientChanges = z
  .object({
    name: optional(text(255)),
    phone_number: clearable(phoneNumber),
    profession: clearable(z.string().max(255)),
    voice_id: clearable(z.string().max(255)),
    voice_name: clearable(z.string().max(255)),
    system_prompt: clearable(z.string().max(50_000)),
    is_active: optional(z.boolean()),
  })
  .meta({ id: 'ClientChanges' })

export const ClientQuery = page().extend({ userId: id.optional(), is_active: z.stringbool().optional() })

export type Client = z.output<typeof Client>
export type NewClient = z.output<typeof NewClient>
export type ClientChanges = z.output<typeof ClientChanges>
export type ClientQuery = z.output<typeof ClientQuery>
