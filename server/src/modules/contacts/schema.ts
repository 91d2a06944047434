import { z } from 'zod'
import { clearable, id, instant, optional, page, text, timeZone } from '../../platform/http/fields.ts'

/** A telephone number as a person types it; stored as E.164. */
const phoneNumber = z.string().trim().min(3).max(50)
const email = z.email().max(255)
const personName = z.string().trim().max(255)
const emptyName = z.preprocess((value) => value ?? '', personName).optional()

/** Each tag once, in the order given; at most 50 of at most 50 characters. */
const tags = z
  .array(text(50))
  .max(50)
  .transform((given) => [...new Set(given)])
/** Values by a name of the workspace's own choice: texts, numbers, yes or no; at most 50. */
const customFields = (value: z.ZodType<string | number | boolean | null>) =>
  z
    .record(text(50), value)
    .refine((fields) => Object.keys(fields).length <= 50, 'A contact may have at most 50 custom fields.')
const customValue = z.union([z.string().trim().max(2000), z.number(), z.boolean()])

export const Contact = z
  .object({
    id,
    user_id: id,
    first_name: z.string(),
    last_name: z.string(),
    /** E.164; null for people met on a channel without numbers. */
    phone_number: z.string().nullable(),
    email: z.string().nullable(),
    notes: z.string().nullable(),
    /** IANA name; null: worked out from the number. */
    time_zone: z.string().nullable(),
    tags: z.array(z.string()),
    custom_fields: z.record(z.string(), customValue),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Contact' })

export const NewContact = z
  .object({
    first_name: emptyName,
    last_name: emptyName,
    phone_number: optional(phoneNumber),
    email: optional(email),
    notes: optional(z.string().max(20_000)),
    time_zone: optional(timeZone),
    tags: optional(tags),
    custom_fields: optional(customFields(customValue)),
  })
  .refine((contact) => contact.first_name || contact.last_name || contact.phone_number || contact.email, {
    message: 'Give a name, a telephone number or an e-mail address.',
    path: ['first_name'],
  })
  .meta({ id: 'NewContact' })

export const ContactChanges = z
  .object({
    first_name: emptyName,
    last_name: emptyName,
    phone_number: clearable(phoneNumber),
    email: clearable(email),
    notes: clearable(z.string().max(20_000)),
    time_zone: clearable(timeZone),
    tags: optional(tags),
    /** Merged into what is there; null removes a field. */
    custom_fields: optional(customFields(customValue.nullable())),
  })
  .meta({ id: 'ContactChanges' })

export const ContactQuery = page().extend({
  userId: id.optional(),
  contact_list_id: id.optional(),
  phone_number: z.string().max(50).optional(),
  email: z.string().max(255).optional(),
  tag: optional(text(50)),
  /** Parts of a name, an e-mail address or a telephone number, in any order. */
  q: optional(z.string().trim().max(200)),
})

export const TimelineEntry = z
  .object({
    id,
    /** The fact in the module's own words: `order.placed`. */
    kind: z.string(),
    title: z.string(),
    subject: z.object({ kind: z.string(), id }),
    details: z.record(z.string(), z.unknown()),
    occurred_at: instant,
  })
  .meta({ id: 'TimelineEntry' })

export const NewIdentity = z
  .object({
    kind: z.enum(['phone', 'email', 'whatsapp', 'telegram', 'viber', 'facebook', 'instagram', 'tiktok', 'web']),
    value: text(320),
  })
  .meta({ id: 'NewIdentity' })

/** A way to reach a person. */
export const Identity = NewIdentity.extend({ id, created_at: instant }).meta({ id: 'Identity' })

export const ContactList = z
  .object({
    id,
    user_id: id,
    name: z.string(),
    description: z.string().nullable(),
    contact_count: z.number().int(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'ContactList' })

export const NewContactList = z
  .object({ name: text(255), description: optional(z.string().max(5000)) })
  .meta({ id: 'NewContactList' })

export const ContactListChanges = z
  .object({ name: optional(text(255)), description: clearable(z.string().max(5000)) })
  .meta({ id: 'ContactListChanges' })

export const ContactIds = z.object({ contact_ids: z.array(id).min(1).max(1000) }).meta({ id: 'ContactIds' })

export const DoNotCallEntry = z
  .object({ id, phone_number: z.string(), reason: z.string().nullable(), created_at: instant })
  .meta({ id: 'DoNotCallEntry' })

export const NewDoNotCallEntry = z
  .object({ phone_number: phoneNumber, reason: optional(z.string().max(500)) })
  .meta({ id: 'NewDoNotCallEntry' })

export const Import = z
  .object({
    id,
    contact_list_id: id.nullable(),
    status: z.enum(['pending', 'running', 'completed', 'failed']),
    filename: z.string(),
    /** Rows of the file, without its header. */
    total: z.number().int(),
    /** Rows worked through: created + merged + failed. */
    done: z.number().int(),
    created: z.number().int(),
    /** Rows of people who were known already, in the contact book or earlier in the file. */
    merged: z.number().int(),
    failed: z.number().int(),
    /** Why the file could not be read to its end. */
    error: z.string().nullable(),
    /** A CSV of the refused rows with the reason for each; null when there are none. */
    errors_url: z.string().nullable(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Import' })
export type Import = z.output<typeof Import>

export const ImportForm = z.object({
  mapping: z
    .string()
    .optional()
    .describe(
      'JSON that names the column of a field where its header does not, either way round: `{"Tel. 2": "phone_number"}`. Fields: `name`, `first_name`, `last_name`, `phone_number`, `email`, `notes`, `time_zone`.',
    ),
})

export const ImportPreview = z
  .object({
    columns: z.array(z.string()),
    /** Field by column, as it was understood. */
    mapping: z.record(z.string(), z.string()),
    total: z.number().int(),
    rows: z.array(
      z.object({
        line: z.number().int(),
        contact: Contact.pick({
          first_name: true,
          last_name: true,
          phone_number: true,
          email: true,
          notes: true,
          time_zone: true,
        }).nullable(),
        error: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ImportPreview' })
export type ImportPreview = z.output<typeof ImportPreview>

export type Contact = z.output<typeof Contact>
export type NewContact = z.output<typeof NewContact>
export type ContactChanges = z.output<typeof ContactChanges>
export type ContactQuery = z.output<typeof ContactQuery>
