import { z } from 'zod'
import { clearable, id, instant, optional, page, text } from '../../../platform/http/fields.ts'
import { channel, longText, shortText, words } from '../schema.ts'
import { prospectStatuses } from '../transitions.ts'

/** `AED 2-3M`, or a plain number. */
const budgetText = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().trim().max(200),
)

export const Prospect = z
  .object({
    id: id.describe('Id of the prospect.'),
    contact_id: id.describe('Id of the contact. It equals `id`: a prospect is a contact in the pipeline.'),
    name: z.string().describe('Full name.'),
    email: z.string().nullable().describe('E-mail address.'),
    phone: z.string().nullable().describe('Telephone number in E.164 form.'),
    whatsapp: z.string().nullable().describe('WhatsApp number in E.164 form.'),
    budget: z.string().nullable().describe("Budget in the prospect's words, such as `about 500k`."),
    budget_min: z
      .number()
      .nullable()
      .describe('Minimum of the parsed budget in major units. Null when the text has none.'),
    budget_max: z
      .number()
      .nullable()
      .describe('Maximum of the parsed budget in major units. Null when the text has none.'),
    budget_currency: z.string().nullable().describe('Currency of the parsed budget.'),
    city: z.string().nullable().describe('City in which the prospect is looking for a property.'),
    timeline: z.string().nullable().describe("Timeline in the prospect's words, such as `this spring`."),
    timeline_days: z
      .int()
      .nullable()
      .describe('Days until the prospect wants to buy, parsed from the timeline. Null when the text has none.'),
    status: z.enum(prospectStatuses).describe('Stage in the pipeline.'),
    assigned_to: id.nullable().describe('User id of the member the prospect is assigned to.'),
    assigned_to_name: z.string().nullable().describe('Name of that member.'),
    assignment_reason: z.string().nullable().describe('Why this member was chosen.'),
    preferred_channel: z.string().nullable().describe('Preferred contact channel.'),
    language: z.string().nullable().describe('BCP 47 tag, such as `pt` or `en-GB`.'),
    source_channel: z.string().nullable().describe('Channel by which the prospect made contact.'),
    created_at: instant.describe('When the prospect was created.'),
    updated_at: instant.describe('When the prospect was last changed.'),
  })
  .meta({ id: 'Prospect' })

const email = z.email().max(255)
/** A number in any common format. It is stored in E.164 form. */
const phoneNumber = z.string().trim().min(3).max(50)

export const NewProspect = z
  .object({
    name: optional(text(255)).describe('Full name.'),
    contact_id: optional(id).describe('Id of an existing contact to make a prospect.'),
    email: optional(email).describe('E-mail address.'),
    phone: optional(phoneNumber).describe('Telephone number in E.164 form.'),
    whatsapp: optional(phoneNumber).describe('WhatsApp number in E.164 form.'),
    budget: optional(budgetText).describe("Budget in the prospect's words, such as `about 500k`."),
    city: optional(shortText).describe('City in which the prospect is looking for a property.'),
    timeline: optional(shortText).describe("Timeline in the prospect's words, such as `this spring`."),
    status: optional(z.enum(prospectStatuses)).describe('Stage in the pipeline.'),
    assigned_to: optional(id).describe(
      'User id of the member the prospect is assigned to. Default: chosen by the routing rules.',
    ),
    preferred_channel: optional(channel).describe('Preferred contact channel.'),
    language: optional(z.string().trim().max(35)).describe('BCP 47 tag, such as `pt` or `en-GB`.'),
    source_channel: optional(channel).describe('Channel by which the prospect made contact.'),
  })
  .refine((body) => body.name !== undefined || body.contact_id !== undefined, {
    message: 'name or contact_id is required.',
    path: ['name'],
  })
  .meta({ id: 'NewProspect' })

export const ProspectChanges = z
  .object({
    name: optional(text(255)).describe('Full name.'),
    email: clearable(email).describe('E-mail address. `null` clears it.'),
    phone: clearable(phoneNumber).describe('Telephone number in E.164 form. `null` clears it.'),
    whatsapp: clearable(phoneNumber).describe('WhatsApp number in E.164 form. `null` clears it.'),
    budget: clearable(budgetText).describe("Budget in the prospect's words, such as `about 500k`. `null` clears it."),
    city: clearable(shortText).describe('City in which the prospect is looking for a property. `null` clears it.'),
    timeline: clearable(shortText).describe(
      "Timeline in the prospect's words, such as `this spring`. `null` clears it.",
    ),
    status: optional(z.enum(prospectStatuses)).describe('Stage in the pipeline.'),
    assigned_to: clearable(id).describe('User id of the member the prospect is assigned to. `null` clears it.'),
    preferred_channel: clearable(channel).describe('Preferred contact channel. `null` clears it.'),
    language: clearable(z.string().trim().max(35)).describe('BCP 47 tag, such as `pt` or `en-GB`. `null` clears it.'),
    source_channel: clearable(channel).describe('Channel by which the prospect made contact. `null` clears it.'),
  })
  .meta({ id: 'ProspectChanges' })

export const ProspectQuery = page().extend({
  status: optional(z.enum(prospectStatuses)).describe('Only prospects with this status.'),
  city: optional(shortText).describe('Only prospects looking in this city.'),
  assignedTo: optional(id).describe('Only prospects assigned to this member.'),
  q: optional(words).describe('Words to search for, in any order; the last one can be incomplete.'),
})

export const Interest = z
  .object({
    id: id.describe('Id of the interest.'),
    prospect_id: id.describe('Id of the prospect.'),
    property_id: id.describe('Id of the property.'),
    property_name: z.string().describe('Name of the property.'),
    note: z.string().nullable().describe('Notes about the interest.'),
    created_at: instant.describe('When the interest was recorded.'),
  })
  .meta({ id: 'PropertyInterest' })
export const NewInterest = z
  .object({
    property_id: id.describe('Id of the property.'),
    note: optional(longText).describe('Notes about the interest.'),
  })
  .meta({ id: 'NewPropertyInterest' })

export type Prospect = z.output<typeof Prospect>
export type NewProspect = z.output<typeof NewProspect>
export type ProspectChanges = z.output<typeof ProspectChanges>
export type ProspectQuery = z.output<typeof ProspectQuery>
export type Interest = z.output<typeof Interest>
