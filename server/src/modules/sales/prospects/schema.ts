import { z } from 'zod'
import { clampedPage, clearable, id, instant, optional, text } from '../../../platform/http/fields.ts'
import { channel, longText, money, shortText, words } from '../schema.ts'
import { prospectStatuses } from '../transitions.ts'

/** `AED 2-3M`, or a plain number. */
const budgetText = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().trim().max(200),
)

export const consentStatuses = ['opted_in', 'opted_out', 'unknown'] as const

const about = {
  primary_segment: "Segment of the market, in the team's words, such as `investor`.",
  property_type_pref: 'Type of property the prospect prefers, such as `villa`.',
  beds_min: 'Minimum number of bedrooms.',
  consent_status: 'Whether the prospect agreed to be contacted.',
}

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
      .describe('Minimum of the budget in major units, as given or parsed from the text. Null when it is not known.'),
    budget_max: z
      .number()
      .nullable()
      .describe('Maximum of the budget in major units, as given or parsed from the text. Null when it is not known.'),
    budget_currency: z.string().nullable().describe('Currency of the parsed budget.'),
    primary_segment: z.string().nullable().describe(about.primary_segment),
    property_type_pref: z.string().nullable().describe(about.property_type_pref),
    beds_min: z.int().nullable().describe(about.beds_min),
    consent_status: z.enum(consentStatuses).describe(about.consent_status),
    dnc: z.boolean().describe("True when the prospect's telephone or WhatsApp number is on the do-not-call list."),
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
const bedrooms = z.int().min(0).max(1000)
const aboutConsent =
  "Whether the prospect agreed to be contacted. `opted_out` adds the prospect's numbers to the do-not-call list."
const aboutDnc =
  "True adds the prospect's numbers to the do-not-call list. They are removed under `/api/do-not-call` only."
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
    budget_min: optional(money).describe('Minimum of the budget in major units. Default: parsed from `budget`.'),
    budget_max: optional(money).describe('Maximum of the budget in major units. Default: parsed from `budget`.'),
    primary_segment: optional(shortText).describe(about.primary_segment),
    property_type_pref: optional(shortText).describe(about.property_type_pref),
    beds_min: optional(bedrooms).describe(about.beds_min),
    consent_status: optional(z.enum(consentStatuses)).describe(aboutConsent),
    dnc: optional(z.boolean()).describe(aboutDnc),
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
    budget_min: clearable(money).describe('Minimum of the budget in major units. `null` clears it.'),
    budget_max: clearable(money).describe('Maximum of the budget in major units. `null` clears it.'),
    primary_segment: clearable(shortText).describe(`${about.primary_segment} \`null\` clears it.`),
    property_type_pref: clearable(shortText).describe(`${about.property_type_pref} \`null\` clears it.`),
    beds_min: clearable(bedrooms).describe(`${about.beds_min} \`null\` clears it.`),
    consent_status: optional(z.enum(consentStatuses)).describe(aboutConsent),
    dnc: optional(z.boolean()).describe(aboutDnc),
  })
  .meta({ id: 'ProspectChanges' })

export const ProspectQuery = clampedPage().extend({
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
