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
    contact_id: id.describe('The same as `id`: a prospect is a contact in the pipeline.'),
    name: z.string().describe('Full name.'),
    email: z.string().nullable().describe('E-mail address.'),
    phone: z.string().nullable().describe('Telephone number in E.164 form.'),
    whatsapp: z.string().nullable().describe('WhatsApp number in E.164 form.'),
    budget: z.string().nullable().describe('What the prospect wants to spend, in their words, like `about 500k`.'),
    budget_min: z
      .number()
      .nullable()
      .describe('Lower end of the budget as understood, in major units; null when the text says none.'),
    budget_max: z
      .number()
      .nullable()
      .describe('Upper end of the budget as understood, in major units; null when the text says none.'),
    budget_currency: z.string().nullable().describe('Currency of the budget as understood.'),
    city: z.string().nullable().describe('City the prospect looks in.'),
    timeline: z.string().nullable().describe('When they want to buy, in their words, like `this spring`.'),
    timeline_days: z
      .int()
      .nullable()
      .describe('In how many days they want to have bought, as understood; null when the text says nothing.'),
    status: z.enum(prospectStatuses).describe('Stage in the pipeline.'),
    assigned_to: id.nullable().describe('The member who looks after the prospect.'),
    assigned_to_name: z.string().nullable().describe('Name of that member.'),
    assignment_reason: z.string().nullable().describe('The rule or person that chose the member.'),
    preferred_channel: z.string().nullable().describe('The channel the prospect wants to be reached on.'),
    language: z.string().nullable().describe('BCP 47 tag, like `pt` or `en-GB`.'),
    source_channel: z.string().nullable().describe('The channel the prospect came by.'),
    created_at: instant.describe('When the prospect was created.'),
    updated_at: instant.describe('When the prospect was last changed.'),
  })
  .meta({ id: 'Prospect' })

const email = z.email().max(255)
/** As a person types it; stored as E.164. */
const phoneNumber = z.string().trim().min(3).max(50)

export const NewProspect = z
  .object({
    name: optional(text(255)).describe('Full name.'),
    contact_id: optional(id).describe('Makes this contact a prospect.'),
    email: optional(email).describe('E-mail address.'),
    phone: optional(phoneNumber).describe('Telephone number in E.164 form.'),
    whatsapp: optional(phoneNumber).describe('WhatsApp number in E.164 form.'),
    budget: optional(budgetText).describe('What the prospect wants to spend, in their words, like `about 500k`.'),
    city: optional(shortText).describe('City the prospect looks in.'),
    timeline: optional(shortText).describe('When they want to buy, in their words, like `this spring`.'),
    status: optional(z.enum(prospectStatuses)).describe('Stage in the pipeline.'),
    assigned_to: optional(id).describe('The member who looks after the prospect. Default: by the routing rules.'),
    preferred_channel: optional(channel).describe('The channel the prospect wants to be reached on.'),
    language: optional(z.string().trim().max(35)).describe('BCP 47 tag, like `pt` or `en-GB`.'),
    source_channel: optional(channel).describe('The channel the prospect came by.'),
  })
  .refine((body) => body.name !== undefined || body.contact_id !== undefined, {
    message: 'Give the prospect a name.',
    path: ['name'],
  })
  .meta({ id: 'NewProspect' })

export const ProspectChanges = z
  .object({
    name: optional(text(255)).describe('Full name.'),
    email: clearable(email).describe('E-mail address. `null` empties it.'),
    phone: clearable(phoneNumber).describe('Telephone number in E.164 form. `null` empties it.'),
    whatsapp: clearable(phoneNumber).describe('WhatsApp number in E.164 form. `null` empties it.'),
    budget: clearable(budgetText).describe(
      'What the prospect wants to spend, in their words, like `about 500k`. `null` empties it.',
    ),
    city: clearable(shortText).describe('City the prospect looks in. `null` empties it.'),
    timeline: clearable(shortText).describe(
      'When they want to buy, in their words, like `this spring`. `null` empties it.',
    ),
    status: optional(z.enum(prospectStatuses)).describe('Stage in the pipeline.'),
    assigned_to: clearable(id).describe('The member who looks after the prospect. `null` empties it.'),
    preferred_channel: clearable(channel).describe(
      'The channel the prospect wants to be reached on. `null` empties it.',
    ),
    language: clearable(z.string().trim().max(35)).describe('BCP 47 tag, like `pt` or `en-GB`. `null` empties it.'),
    source_channel: clearable(channel).describe('The channel the prospect came by. `null` empties it.'),
  })
  .meta({ id: 'ProspectChanges' })

export const ProspectQuery = page().extend({
  status: optional(z.enum(prospectStatuses)).describe('Only prospects in this stage.'),
  city: optional(shortText).describe('Only prospects who look in this city.'),
  assignedTo: optional(id).describe('Only prospects of this member.'),
  q: optional(words).describe('Words to search for, in any order; the last one may be half typed.'),
})

export const Interest = z
  .object({
    id: id.describe('Id of the interest.'),
    prospect_id: id.describe('The prospect.'),
    property_id: id.describe('The property.'),
    property_name: z.string().describe("The property's name."),
    note: z.string().nullable().describe('Remarks about the interest.'),
    created_at: instant.describe('When it was noted.'),
  })
  .meta({ id: 'PropertyInterest' })
export const NewInterest = z
  .object({
    property_id: id.describe('The property.'),
    note: optional(longText).describe('Remarks about the interest.'),
  })
  .meta({ id: 'NewPropertyInterest' })

export type Prospect = z.output<typeof Prospect>
export type NewProspect = z.output<typeof NewProspect>
export type ProspectChanges = z.output<typeof ProspectChanges>
export type ProspectQuery = z.output<typeof ProspectQuery>
export type Interest = z.output<typeof Interest>
