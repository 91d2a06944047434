import { z } from 'zod'
import { clearable, id, instant, optional, page, text, timeZone } from '../../platform/http/fields.ts'

/** A telephone number as a person types it; stored as E.164. */
const phoneNumber = z.string().trim().min(3).max(50)
const email = z.email().max(255)
const personName = z.string().trim().max(255)
const emptyName = z.preprocess((value) => value ?? '', personName).optional()

/** Unique tags in the given order; at most 50 of at most 50 characters. */
const tags = z
  .array(text(50))
  .max(50)
  .transform((given) => [...new Set(given)])
export const maxCustomFields = 50
export const tooManyCustomFields = `A contact may have at most ${maxCustomFields} custom fields.`

/** Values by a name that the workspace chooses: texts, numbers or booleans; at most 50. */
const customFields = (value: z.ZodType<string | number | boolean | null>) =>
  z.record(text(50), value).refine((fields) => Object.keys(fields).length <= maxCustomFields, tooManyCustomFields)
const customValue = z.union([z.string().trim().max(2000), z.number(), z.boolean()])

export const Contact = z
  .object({
    id: id.describe('Id of the contact.'),
    user_id: id.describe('The member who created it.'),
    first_name: z.string().describe('Given name; may be empty.'),
    last_name: z.string().describe('Family name; may be empty.'),
    phone_number: z
      .string()
      .nullable()
      .describe('Telephone number in E.164 form; null for people met on a channel without numbers.'),
    email: z.string().nullable().describe('E-mail address.'),
    notes: z.string().nullable().describe('Free text for the team.'),
    time_zone: z
      .string()
      .nullable()
      .describe('IANA name, like `Europe/Lisbon`; null: worked out from the number. Decides the calling hours.'),
    tags: z.array(z.string()).describe('Labels, at most 50.'),
    custom_fields: z
      .record(z.string(), customValue)
      .describe("Fields of the workspace's own, by name: texts, numbers, true or false."),
    created_at: instant.describe('When the contact was created.'),
    updated_at: instant.describe('When the contact was last changed.'),
  })
  .meta({ id: 'Contact' })

export const NewContact = z
  .object({
    first_name: emptyName.describe('Given name; may be empty.'),
    last_name: emptyName.describe('Family name; may be empty.'),
    phone_number: optional(phoneNumber).describe(
      "Telephone number in E.164 form, like `+12025550100`. Numbers without a country code are read as the workspace's country.",
    ),
    email: optional(email).describe('E-mail address.'),
    notes: optional(z.string().max(20_000)).describe('Free text for the team.'),
    time_zone: optional(timeZone).describe(
      'IANA name, like `Europe/Lisbon`. Default: worked out from the number. Decides the calling hours.',
    ),
    tags: optional(tags).describe('Labels, at most 50.'),
    custom_fields: optional(customFields(customValue)).describe(
      "Fields of the workspace's own, by name: texts, numbers, true or false.",
    ),
  })
  .refine((contact) => contact.first_name || contact.last_name || contact.phone_number || contact.email, {
    message: 'A name, a telephone number or an e-mail address is required.',
    path: ['first_name'],
  })
  .meta({ id: 'NewContact' })

export const ContactChanges = z
  .object({
    first_name: emptyName.describe('Given name; may be empty.'),
    last_name: emptyName.describe('Family name; may be empty.'),
    phone_number: clearable(phoneNumber).describe(
      "Telephone number in E.164 form, like `+12025550100`. Numbers without a country code are read as the workspace's country. `null` empties it.",
    ),
    email: clearable(email).describe('E-mail address. `null` empties it.'),
    notes: clearable(z.string().max(20_000)).describe('Free text for the team. `null` empties it.'),
    time_zone: clearable(timeZone).describe('IANA name, like `Europe/Lisbon`. `null` empties it.'),
    tags: optional(tags).describe('Labels, at most 50.'),
    custom_fields: optional(customFields(customValue.nullable())).describe(
      'Merged into the existing fields; null removes a field.',
    ),
  })
  .meta({ id: 'ContactChanges' })

export const ContactQuery = page().extend({
  userId: id
    .optional()
    .describe("Only those of this member. Members without an administrator's role may only ask for their own."),
  contact_list_id: id.optional().describe('Only contacts on this list.'),
  phone_number: z.string().max(50).optional().describe('Only the contact with this number, in any spelling.'),
  email: z.string().max(255).optional().describe('Only contacts with exactly this address.'),
  tag: optional(text(50)).describe('Only contacts with this tag.'),
  q: optional(z.string().trim().max(200)).describe(
    'Words of a name, an e-mail address or a telephone number, in any order; capitals and accents do not matter. Among the newest 2,000 contacts any part of a word is found. Among all contacts a word is found by its beginning (at least three letters, or the whole word), a number by its beginning with the country code or by its last three digits or more; of more than 1,000 such older contacts, 1,000 are searched.',
  ),
})

export const TimelineEntry = z
  .object({
    id: id.describe('Id of the entry, or of its subject.'),
    kind: z.string().describe('The event, like `order.placed` or `call.ended`.'),
    title: z.string().describe('The event as a sentence.'),
    subject: z
      .object({
        kind: z.string().describe('The event, like `order.placed` or `call.ended`.'),
        id: id.describe('Id of the entry, or of its subject.'),
      })
      .describe('The subject of the event.'),
    details: z.record(z.string(), z.unknown()).describe('More about the event; the fields depend on `kind`.'),
    occurred_at: instant.describe('When it happened.'),
  })
  .meta({ id: 'TimelineEntry' })

export const NewIdentity = z
  .object({
    kind: z
      .enum(['phone', 'email', 'whatsapp', 'telegram', 'viber', 'facebook', 'instagram', 'tiktok', 'web'])
      .describe('The kind of address: a telephone number, an e-mail address or an account at a channel.'),
    value: text(320).describe("The number, address or the channel's id of the person."),
  })
  .meta({ id: 'NewIdentity' })

/** A way to reach a person. */
export const Identity = NewIdentity.extend({
  id: id.describe('Id of the identity.'),
  created_at: instant.describe('When it was added.'),
}).meta({ id: 'Identity' })

export const ContactList = z
  .object({
    id: id.describe('Id of the contact list.'),
    user_id: id.describe('The member who created it.'),
    name: z.string().describe('Name of the list.'),
    description: z.string().nullable().describe('Notes about the list, for the team.'),
    contact_count: z.number().int().describe('How many contacts are on it.'),
    created_at: instant.describe('When the list was created.'),
    updated_at: instant.describe('When the list was last changed.'),
  })
  .meta({ id: 'ContactList' })

export const NewContactList = z
  .object({
    name: text(255).describe('Name of the list.'),
    description: optional(z.string().max(5000)).describe('Notes about the list, for the team.'),
  })
  .meta({ id: 'NewContactList' })

export const ContactListChanges = z
  .object({
    name: optional(text(255)).describe('Name of the list.'),
    description: clearable(z.string().max(5000)).describe('Notes about the list, for the team. `null` empties it.'),
  })
  .meta({ id: 'ContactListChanges' })

export const ContactIds = z
  .object({ contact_ids: z.array(id).min(1).max(1000).describe('Ids of contacts of the workspace.') })
  .meta({ id: 'ContactIds' })

export const DoNotCallEntry = z
  .object({
    id: id.describe('Id of the entry.'),
    phone_number: z.string().describe('The number that is never called, in E.164 form.'),
    reason: z.string().nullable().describe('Why, for the team.'),
    created_at: instant.describe('When it was added.'),
  })
  .meta({ id: 'DoNotCallEntry' })

export const NewDoNotCallEntry = z
  .object({
    phone_number: phoneNumber.describe('The number never to call, in any spelling.'),
    reason: optional(z.string().max(500)).describe('Why, for the team.'),
  })
  .meta({ id: 'NewDoNotCallEntry' })

export const Import = z
  .object({
    id: id.describe('Id of the import.'),
    contact_list_id: id.nullable().describe('The list it fills; null when the list was deleted.'),
    status: z
      .enum(['pending', 'running', 'completed', 'failed'])
      .describe('`completed` also when some rows were refused; `failed` when the file could not be read to its end.'),
    filename: z.string().describe('Name of the file as it was uploaded.'),
    total: z.number().int().describe('Rows of the file, without its header.'),
    done: z.number().int().describe('Rows processed so far: `created` + `merged` + `failed`.'),
    created: z.number().int().describe('Rows that became new contacts.'),
    merged: z
      .number()
      .int()
      .describe('Rows of contacts that existed already, in the workspace or earlier in the file.'),
    failed: z.number().int().describe('Rows that were refused; `errors_url` says why.'),
    error: z.string().nullable().describe('Why the file could not be read to its end.'),
    errors_url: z
      .string()
      .nullable()
      .describe('URL of a CSV with the refused rows and the reason for each; null without refused rows.'),
    created_at: instant.describe('When the file was uploaded.'),
    updated_at: instant.describe('When the import last made progress.'),
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
    columns: z.array(z.string()).describe('The headers of the file, in their order.'),
    mapping: z.record(z.string(), z.string()).describe('The field that each recognised column fills, by header.'),
    total: z.number().int().describe('Rows of the file, without its header.'),
    rows: z
      .array(
        z.object({
          line: z.number().int().describe('Line of the file, counted from 1 with the header.'),
          cells: z.array(z.string()).describe('The values in the file, each shortened to 200 characters.'),
          contact: Contact.pick({
            first_name: true,
            last_name: true,
            phone_number: true,
            email: true,
            notes: true,
            time_zone: true,
          })
            .nullable()
            .describe('The contact it would become; null when the row is refused.'),
          error: z.string().nullable().describe('Why the row is refused; null if it is accepted.'),
        }),
      )
      .describe('The first ten rows as they would be imported.'),
  })
  .meta({ id: 'ImportPreview' })
export type ImportPreview = z.output<typeof ImportPreview>

export type Contact = z.output<typeof Contact>
export type NewContact = z.output<typeof NewContact>
export type ContactChanges = z.output<typeof ContactChanges>
export type ContactQuery = z.output<typeof ContactQuery>
